import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RejectReason } from '../reasons.ts';
import { createLedger, type Fate } from './ledger.ts';

const book = (...streams: string[]) => {
  const lines: { level: 'warn' | 'info'; text: string }[] = [];
  const log = {
    error() {},
    debug() {},
    warn: (text: string) => lines.push({ level: 'warn', text }),
    info: (text: string) => lines.push({ level: 'info', text }),
  };
  const texts = (level: 'warn' | 'info') => lines.flatMap((line) => (line.level === level ? [line.text] : []));
  return { ledger: createLedger(log, streams), texts };
};

const parsed = (line: string): Record<string, unknown> => JSON.parse(line.slice(line.indexOf(' ') + 1));

test('the line of a stream shows what became of every record, and the counts outside the sum', () => {
  const { ledger, texts } = book('Contact', 'Lead');
  const fates: Fate[] = [
    { kind: 'created' },
    { kind: 'merged' },
    { kind: 'merged' },
    { kind: 'skipped', reason: 'deleted' },
    { kind: 'rejected', reason: 'no_match_key' },
  ];
  for (const [index, fate] of fates.entries()) {
    ledger.receive('Contact');
    ledger.settle('Contact', `003${index}`, fate);
  }
  ledger.note('Contact', 'requests', 3);
  ledger.cut('Contact', ['Title', 'Note__c']);
  ledger.cut('Contact', ['Title']);
  expect(ledger.totals()).toEqual({ received: 5, settled: 5, rejected: 1 });
  ledger.close();
  expect(texts('info')).toEqual([
    'ledger {"stream":"Contact","received":5,"created":1,"merged":2,"recorded":0,"skipped":{"deleted":1},"rejected":{"no_match_key":1},"deleted":0,"requests":3,"cut":{"Title":2,"Note__c":1}}',
    'ledger {"stream":"Lead","received":0,"created":0,"merged":0,"recorded":0,"skipped":{},"rejected":{},"deleted":0}',
  ]);
});

test('a record without a fate makes close throw, after the lines are printed', () => {
  const { ledger, texts } = book('Contact');
  ledger.receive('Contact');
  ledger.receive('Contact');
  ledger.settle('Contact', '003', { kind: 'created' });
  expect(() => ledger.close()).toThrow('Contact: 1 of 2');
  expect(texts('info')).toHaveLength(1);
});

test('a record with two fates makes close throw too', () => {
  const { ledger } = book('Contact');
  ledger.receive('Contact');
  ledger.settle('Contact', '003', { kind: 'created' });
  ledger.settle('Contact', '003', { kind: 'merged' });
  expect(() => ledger.close()).toThrow('Contact: 2 of 1');
});

test('the first hundred rejections for a reason get a line each, further ones share lines of two hundred ids', () => {
  const { ledger, texts } = book('Lead');
  for (let n = 0; n < 450; n += 1) {
    ledger.receive('Lead');
    ledger.settle('Lead', `00Q${n}`, { kind: 'rejected', reason: 'invalid', field: 'Email' });
  }
  ledger.nameRemainingIds();
  ledger.nameRemainingIds();
  const lines = texts('warn').map(parsed);
  expect(lines[0]).toEqual({ stream: 'Lead', id: '00Q0', reason: 'invalid', field: 'Email' });
  expect(lines).toHaveLength(102);
  expect(lines.slice(100).map((line) => (line['ids'] as string[]).length)).toEqual([200, 150]);
});

test('every rejected id is named exactly once, whatever the mixture of streams and reasons', () => {
  const rejection = fc.tuple(
    fc.constantFrom('Contact', 'Lead'),
    fc.constantFrom<RejectReason>('invalid', 'suppressed', 'status_parked'),
  );
  fc.assert(
    fc.property(fc.array(rejection, { maxLength: 1500, size: 'max' }), (rejections) => {
      const { ledger, texts } = book('Contact', 'Lead');
      for (const [index, [stream, reason]] of rejections.entries()) {
        ledger.receive(stream);
        ledger.settle(stream, `id${index}`, { kind: 'rejected', reason });
      }
      ledger.nameRemainingIds();
      const named = texts('warn').flatMap((line) => {
        const { id, ids } = parsed(line) as { id?: string; ids?: string[] };
        return ids ?? [id];
      });
      expect(named).toHaveLength(rejections.length);
      expect(new Set(named)).toEqual(new Set(rejections.map((_, index) => `id${index}`)));
      expect(() => ledger.close()).not.toThrow();
    }),
    { numRuns: 50 },
  );
});

test('the ledger of a sync that ended early shows how many records have no fate', () => {
  const { ledger, texts } = book('Contact', 'Lead');
  for (let row = 0; row < 3; row += 1) ledger.receive('Contact');
  ledger.settle('Contact', '0030', { kind: 'created' });
  ledger.print();
  expect(texts('info').map((text) => JSON.parse(text.slice('ledger '.length)) as object)).toMatchObject([
    { stream: 'Contact', received: 3, created: 1, unsettled: 2 },
    { stream: 'Lead', received: 0 },
  ]);
  expect(texts('info')[1]).not.toContain('unsettled');
});
