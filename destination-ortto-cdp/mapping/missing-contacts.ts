import { listed } from '../../airbyte/errors.ts';
import type { Findings } from './findings.ts';
import type { StreamMapping } from './plan.ts';

/** Notes the streams that lose something where no contacts are written: activities find nobody, leads are not handed over. */
export const noteMissingContacts = (streams: readonly StreamMapping[], { warnings }: Findings): void => {
  if (streams.some((each) => each.kind === 'entity' && each.object === 'Contact' && each.target === 'person')) return;
  const needing = streams.flatMap((each) => {
    const isLead = each.kind === 'entity' && each.object === 'Lead' && each.target === 'person';
    return isLead || (each.kind === 'activity' && each.person !== undefined) ? [each.stream] : [];
  });
  if (needing.length > 0) {
    warnings.push(
      `${listed(needing)}: selected without Contact, so activities of contacts who are not in Ortto are skipped (no_person), and a converted lead is not handed over to its contact`,
    );
  }
};
