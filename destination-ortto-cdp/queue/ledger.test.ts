import * as fc from 'fast-check';
import { expect, test } from 'vitest';
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
  return { ledger: createLedger(log, streams, 'sf_'), texts };
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

const idOf = (number: number): string => `003${String(number).padStart(12, '0')}AAA`;
const sent = (texts: readonly string[]) => texts.filter((text) => text.startsWith('send_again ')).map(parsed);

test('the first hundred rejections for a reason get a line each, and all of them are in lines of two hundred ids', () => {
  const { ledger, texts } = book('Lead');
  for (let n = 0; n < 450; n += 1) {
    ledger.receive('Lead');
    ledger.settle('Lead', idOf(n), { kind: 'rejected', reason: 'invalid', field: 'Email' });
  }
  ledger.nameRecords();
  const own = texts('warn').filter((text) => text.startsWith('rejected '));
  expect(parsed(own[0] ?? '')).toEqual({ stream: 'Lead', id: idOf(0), reason: 'invalid', field: 'Email' });
  expect(own).toHaveLength(100);
  const lines = sent(texts('warn'));
  expect(lines.map(({ stream, ids }) => [stream, (ids as string[]).length])).toEqual([
    ['Lead', 200],
    ['Lead', 200],
    ['Lead', 50],
  ]);
});

test('what was left out is counted by field and reason, and its records are named apart', () => {
  const { ledger, texts } = book('sf_Contact');
  ledger.receive('sf_Contact');
  ledger.settle('sf_Contact', idOf(1), { kind: 'merged' }, [
    { field: 'Phone', reason: 'not_a_phone' },
    { field: 'Born__c', reason: 'not_a_date' },
  ]);
  ledger.receive('sf_Contact');
  ledger.settle('sf_Contact', idOf(2), { kind: 'created' }, [{ field: 'Phone', reason: 'refused' }]);
  ledger.nameRecords();
  ledger.close();
  expect(texts('warn')).toEqual([
    `left_out {"stream":"sf_Contact","id":"${idOf(1)}","reason":"not_a_phone","field":"Phone","also":["Born__c: not_a_date"]}`,
    `left_out {"stream":"sf_Contact","id":"${idOf(2)}","reason":"refused","field":"Phone"}`,
    expect.stringMatching(/^0 records were rejected, and 2 were written without some of their fields/),
    `send_again {"stream":"Contact","because":"left_out","ids":["${idOf(1)}","${idOf(2)}"]}`,
  ]);
  expect(parsed(texts('info')[0] ?? '')['left_out']).toEqual({
    Phone: { not_a_phone: 1, refused: 1 },
    Born__c: { not_a_date: 1 },
  });
});

test('a stream most of whose records belong to nobody is pointed out', () => {
  const { ledger, texts } = book('Task');
  for (let n = 0; n < 3; n += 1) ledger.receive('Task');
  ledger.settle('Task', idOf(1), { kind: 'recorded' });
  for (const n of [2, 3]) ledger.settle('Task', idOf(n), { kind: 'skipped', reason: 'no_person' });
  ledger.nameRecords();
  expect(texts('warn')).toEqual([
    `skipped {"stream":"Task","id":"${idOf(2)}","reason":"no_person"}`,
    `skipped {"stream":"Task","id":"${idOf(3)}","reason":"no_person"}`,
    expect.stringMatching(/^Task: 2 of 3 records were skipped/),
    `send_again {"stream":"Task","because":"no_person","ids":["${idOf(2)}","${idOf(3)}"]}`,
  ]);
});

type Named = 'invalid' | 'suppressed' | 'status_parked' | 'left_out' | 'no_person';

test('every record is named exactly once per cause, whatever the mixture, and the sums close', () => {
  const each = fc.tuple(
    fc.constantFrom('Contact', 'Lead'),
    fc.constantFrom<Named>('invalid', 'suppressed', 'status_parked', 'left_out', 'no_person'),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(each, { maxLength: 1500, size: 'max' }), (records) => {
      const { ledger, texts } = book('Contact', 'Lead');
      const expected = { rejected: new Set<string>(), left_out: new Set<string>(), no_person: new Set<string>() };
      for (const [index, [stream, named, hasId]] of records.entries()) {
        const id = hasId || named === 'left_out' || named === 'no_person' ? idOf(index) : `line ${index}`;
        ledger.receive(stream);
        if (named === 'left_out') ledger.settle(stream, id, { kind: 'merged' }, [{ field: 'F', reason: 'nulled' }]);
        else if (named === 'no_person') ledger.settle(stream, id, { kind: 'skipped', reason: named });
        else ledger.settle(stream, id, { kind: 'rejected', reason: named });
        expected[named === 'left_out' || named === 'no_person' ? named : 'rejected'].add(id);
      }
      ledger.nameRecords();
      ledger.nameRecords();
      for (const cause of ['rejected', 'left_out', 'no_person'] as const) {
        const ids = sent(texts('warn')).flatMap((line) =>
          (line['because'] ?? 'rejected') === cause ? (line['ids'] as string[]) : [],
        );
        const own = texts('warn').flatMap((text) => {
          if (!text.startsWith('rejected ') || cause !== 'rejected') return [];
          const line = parsed(text) as { id?: string; ids?: string[] };
          return (line.ids ?? [line.id ?? '']).filter((id) => id.startsWith('line '));
        });
        expect([...ids, ...own].toSorted()).toEqual([...expected[cause]].toSorted());
      }
      expect(() => ledger.close()).not.toThrow();
    }),
    { numRuns: 50 },
  );
});

test('beyond twenty thousand ids the first lines leave early, so that memory does not grow with the data', () => {
  const { ledger, texts } = book('Contact');
  for (let n = 0; n < 20_201; n += 1) ledger.settle('Contact', idOf(n), { kind: 'rejected', reason: 'invalid' });
  expect(sent(texts('warn'))).toHaveLength(2);
  ledger.nameRecords();
  expect(sent(texts('warn')).flatMap(({ ids }) => ids)).toEqual(Array.from({ length: 20_201 }, (_, n) => idOf(n)));
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
