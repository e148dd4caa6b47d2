import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isolate } from './isolation.ts';
import type { Verdict } from './answers.ts';
import type { FinalAnswer } from './connection.ts';

/** An Ortto that refuses requests in which a number is bad, with or without saying which. */
const server = (bad: ReadonlySet<number>, tells: boolean) => {
  const landed: number[] = [];
  let refusals = 0;
  const post = async (items: readonly number[]): Promise<FinalAnswer<Verdict[]>> => {
    if (!items.some((item) => bad.has(item))) {
      landed.push(...items);
      return { kind: 'ok', result: items.map(() => ({ kind: 'created', id: undefined })), isRepeated: false };
    }
    refusals += 1;
    const details = tells
      ? items.map((item) => (bad.has(item) ? { status: 'invalid', error: 'no' } : { status: 'valid' }))
      : [];
    return { kind: 'refused', next: 'isolate', text: 'no', details, error: new Error('no') };
  };
  const how = {
    fieldsOf: () => ({}),
    post,
  };
  return { how, landed, refusals: () => refusals };
};

test('every good item lands once and in order and every bad one is refused, whether the answer names it or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 100 }), fc.boolean(), async (goods, tells) => {
      const items = goods.map((_, index) => index);
      const bad = new Set(items.filter((index) => goods[index] === false));
      const { how, landed, refusals } = server(bad, tells);
      const verdicts = await isolate(items, how);
      expect(verdicts.map(({ kind }) => kind)).toEqual(goods.map((good) => (good ? 'created' : 'refused')));
      expect(landed).toEqual(items.filter((index) => !bad.has(index)));
      expect(refusals()).toBeLessThanOrEqual(
        tells ? Math.min(1, bad.size) : Math.ceil(bad.size * (1 + Math.log2(items.length + 1))),
      );
    }),
  );
});

test('an answer that is not about the rows is an error', async () => {
  const { how } = server(new Set(), false);
  const error = new Error('not here');
  const post = async (): Promise<FinalAnswer<Verdict[]>> => ({
    kind: 'refused',
    next: 'do_without',
    text: '',
    details: [],
    error,
  });
  await expect(isolate([1, 2], { ...how, post })).rejects.toThrow('not here');
});
