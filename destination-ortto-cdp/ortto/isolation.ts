import type { JsonObject } from '../../airbyte/protocol.ts';
import { afterRepeat, readDetails } from './answers.ts';
import type { Verdict } from './answers.ts';
import type { FinalAnswer } from './connection.ts';

export interface Isolation<Item> {
  /** The item's fields by id, to find the one that an error names. */
  readonly fieldsOf: (item: Item) => JsonObject;
  /** Sends them as one request, with their fields; an accepted one is answered by one verdict per item, in order. */
  readonly post: (items: readonly Item[], sent: readonly JsonObject[]) => Promise<FinalAnswer<Verdict[]>>;
}

const invalid: Verdict = { kind: 'refused', reason: 'invalid', field: undefined };

/**
 * Sends items as one request and returns one verdict per item, in order. If Ortto refuses the request, its details name the
 * items at fault and the others are sent again; without details the request is halved until each bad item is alone. Every
 * refusal on the way is a bad request, which the gate counts.
 */
export const isolate = async <Item>(items: readonly Item[], how: Isolation<Item>): Promise<Verdict[]> => {
  if (items.length === 0) return [];
  const sent = items.map(how.fieldsOf);
  const answer = await how.post(items, sent);
  if (answer.kind === 'ok') return answer.isRepeated ? afterRepeat(answer.result) : answer.result;
  if (answer.next !== 'isolate') throw answer.error;
  const byDetails = readDetails(answer.details, sent);
  if (byDetails !== undefined) {
    const good = items.filter((_, index) => byDetails[index] === undefined);
    const verdicts = (await isolate(good, how)).values();
    return byDetails.map((refusal) => refusal ?? verdicts.next().value ?? invalid);
  }
  if (items.length === 1) return [readDetails([{ error: answer.text }], sent)?.[0] ?? invalid];
  const middle = Math.ceil(items.length / 2);
  const first = await isolate(items.slice(0, middle), how);
  return [...first, ...(await isolate(items.slice(middle), how))];
};
