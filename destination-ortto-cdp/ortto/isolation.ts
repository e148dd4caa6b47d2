import type { JsonObject } from '../../airbyte/protocol.ts';
import { readDetails } from './answers.ts';
import type { Verdict } from './answers.ts';
import type { FinalAnswer } from './connection.ts';

export interface Isolation<Item> {
  /** The item's fields by their ids, to find the one an error names. */
  readonly fieldsOf: (item: Item) => JsonObject;
  readonly post: (items: readonly Item[]) => Promise<FinalAnswer>;
  /** One verdict per item of an accepted request. */
  readonly read: (body: JsonObject, sent: readonly JsonObject[]) => Verdict[];
  /** The error for an answer that is about the request, not about its rows. */
  readonly refused: (status: number) => Error;
}

const invalid: Verdict = { kind: 'refused', reason: 'invalid', field: undefined };

/**
 * Sends items as one request and returns one verdict per item, in order. Of a refused request the items at fault are
 * told by its details, and the good ones sent again; without details it is halved until the bad ones stand alone. Each
 * refusal on the way is a bad request, which the gate counts.
 */
export const isolate = async <Item>(items: readonly Item[], how: Isolation<Item>): Promise<Verdict[]> => {
  if (items.length === 0) return [];
  const sent = items.map(how.fieldsOf);
  const answer = await how.post(items);
  if (answer.kind === 'ok') return how.read(answer.body, sent);
  if (answer.status !== 400 && answer.status !== 413) throw how.refused(answer.status);
  const told = readDetails(answer.details, sent);
  if (told !== undefined) {
    const good = items.filter((_, index) => told[index] === undefined);
    const verdicts = (await isolate(good, how)).values();
    return told.map((refusal) => refusal ?? verdicts.next().value ?? invalid);
  }
  if (items.length === 1) return [readDetails([{ error: answer.text }], sent)?.[0] ?? invalid];
  const middle = Math.ceil(items.length / 2);
  const first = await isolate(items.slice(0, middle), how);
  return [...first, ...(await isolate(items.slice(middle), how))];
};
