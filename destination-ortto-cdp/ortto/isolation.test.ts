import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isolate } from './isolation.ts';
import type { FinalAnswer } from './connection.ts';

/** An Ortto that refuses requests in which a number is bad, with or without saying which. */
const server = (bad: ReadonlySet<number>, tells: boolean) => {
  const landed: number[] = [];
  let refusals = 0;
  const post = async (items: readonly number[]): Promise<FinalAnswer> => {
    if (!items.some((item) => bad.has(item))) {
      landed.push(...items);
      return { kind: 'ok', body: { count: items.length } };
    }
    refusals += 1;
    const details = tells
      ? items.map((item) => (bad.has(item) ? { status: 'invalid', error: 'no' } : { status: 'valid' }))
      : [];
    return { kind: 'bad', status: 400, text: 'no', details };
  };
  const how = {
    fieldsOf: () => ({}),
    post,
    read: (_: object, sent: readonly unknown[]) => sent.map(() => ({ kind: 'created', id: undefined }) as const),
    refused: (status: number) => new Error(`status ${status}`),
  };
  return { how, landed, refusals: () => refusals };
};

test('every good item lands once and in order, every bad one is refused, whether it is named or not', async () => {
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
  const post = async (): Promise<FinalAnswer> => ({ kind: 'bad', status: 404, text: '', details: [] });
  await expect(isolate([1, 2], { ...how, post })).rejects.toThrow('status 404');
});
