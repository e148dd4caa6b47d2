import type { Ortto } from '../ortto/api.ts';
import type { Found } from '../ortto/look-up-calls.ts';
import type { Fate } from '../queue/ledger.ts';
import type { SkipReason } from '../reasons.ts';
import type { Mapped } from '../records/mapped.ts';
import { handOverBody } from './bodies-by-person-id.ts';

export type HandOver = Mapped & { readonly kind: 'hand_over' };

/** What became of one hand-over; `orttoId` is the person that is now the contact's. */
export interface HandedOver {
  readonly fate: Fate;
  readonly orttoId: string | undefined;
}

/**
 * Gives the people of converted leads to their contacts. One outcome per hand-over, in order. Nobody is created, and a
 * contact that already has a person keeps that one.
 */
export const deliverHandOvers = async (
  ortto: Ortto,
  handOvers: readonly HandOver[],
): Promise<readonly HandedOver[]> => {
  const mapping = handOvers[0]?.mapping;
  const contactField = mapping?.handOver;
  if (mapping === undefined || contactField === undefined) return [];
  const conditions = handOvers.flatMap(({ id, contactId }) => [
    { fieldId: mapping.identity, value: id },
    { fieldId: contactField, value: contactId },
  ]);
  const found = await ortto.find(mapping.stream, 'person', conditions, [mapping.identity, contactField]);
  const judged = handOvers.map((handOver) => judge(found, handOver, mapping.identity, contactField));
  const sent = handOvers.flatMap((handOver, index) => {
    const judgement = judged[index];
    return judgement?.kind === 'send' ? [{ ...handOver, personId: judgement.personId }] : [];
  });
  const verdicts =
    sent.length === 0 ? [] : await ortto.merge(mapping.stream, { target: 'person', body: handOverBody(sent) });
  const verdictOf = new Map(sent.map(({ id }, index) => [id, verdicts[index]]));
  return handOvers.map((handOver, index) => {
    const judgement = judged[index] ?? { kind: 'skip', reason: 'converted' };
    if (judgement.kind === 'skip') return skipped(judgement.reason);
    const verdict = verdictOf.get(handOver.id);
    if (verdict?.kind === 'refused') {
      return { fate: { kind: 'rejected', reason: verdict.reason, field: verdict.field }, orttoId: undefined };
    }
    return verdict?.kind === 'not_written'
      ? skipped('converted')
      : { fate: { kind: 'merged' }, orttoId: judgement.personId };
  });
};

type Judgement =
  | { readonly kind: 'send' | 'done'; readonly personId: string }
  | { readonly kind: 'skip'; readonly reason: Extract<SkipReason, 'converted' | 'conversion_conflict'> };

const judge = (
  found: readonly Found[],
  { id, contactId }: HandOver,
  leadField: string,
  contactField: string,
): Judgement => {
  const ofLead = found.find(({ fields }) => fields[leadField] === id);
  const ofContact = found.find(({ fields }) => fields[contactField] === contactId);
  if (ofLead === undefined) return { kind: 'skip', reason: 'converted' };
  if (ofContact !== undefined) {
    return ofContact.id === ofLead.id
      ? { kind: 'done', personId: ofLead.id }
      : { kind: 'skip', reason: 'conversion_conflict' };
  }
  const hasOtherContact = typeof ofLead.fields[contactField] === 'string' && ofLead.fields[contactField] !== '';
  return hasOtherContact ? { kind: 'skip', reason: 'conversion_conflict' } : { kind: 'send', personId: ofLead.id };
};

const skipped = (reason: SkipReason): HandedOver => ({ fate: { kind: 'skipped', reason }, orttoId: undefined });
