import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ana, instanceWith, merge, only } from './fixtures/merges.ts';

// One person as the reference describes it, without stores, keys or field types.
interface Model {
  first?: string;
  last?: string;
  topics?: readonly string[];
}
interface Change {
  readonly strategy: 1 | 2 | 3;
  readonly skip: boolean;
  readonly first?: string | null;
  readonly last?: string | null;
  readonly topics?: readonly string[] | null;
  readonly clear: readonly ('first' | 'topics')[];
}

const modelMerge = (before: Model | undefined, change: Change): Model | undefined => {
  if (before === undefined && change.skip) return undefined;
  const after: Model = { ...before };
  if (before !== undefined && change.strategy === 3) return after;
  if (before !== undefined && change.strategy === 2) for (const name of change.clear) delete after[name];
  for (const name of ['first', 'last'] as const) {
    const value = change[name];
    if (value === undefined) continue;
    if (value === null) {
      if (change.strategy === 2) delete after[name];
    } else if (change.strategy === 2 || after[name] === undefined) after[name] = value;
  }
  if (change.topics === null) {
    if (change.strategy === 2) delete after.topics;
  } else if (change.topics !== undefined && (change.strategy === 2 || after.topics === undefined)) {
    const union = [...new Set([...(after.topics ?? []), ...change.topics])].toSorted();
    if (union.length > 0) after.topics = union;
  }
  return after;
};

const text = fc.option(fc.constantFrom('', 'a', 'b'), { nil: null });
const changes = fc.record(
  {
    strategy: fc.constantFrom<(1 | 2 | 3)[]>(1, 2, 3),
    skip: fc.boolean(),
    first: text,
    last: text,
    topics: fc.option(fc.subarray(['a', 'b', 'c']), { nil: null }),
    clear: fc.subarray<'first' | 'topics'>(['first', 'topics']),
  },
  { requiredKeys: ['strategy', 'skip', 'clear'] },
);

const fieldIds = { first: 'str::first', last: 'str::last', topics: 'sst:cm:topics' };

test('any sequence of merges leaves the person the rules of strategy, null and set union leave', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 8 }), (sequence) => {
      const instance = instanceWith();
      let model: Model | undefined;
      for (const change of sequence) {
        const fields: { [fieldId: string]: unknown } = { ...ana };
        for (const name of ['first', 'last', 'topics'] as const) {
          if (change[name] !== undefined) fields[fieldIds[name]] = change[name];
        }
        const clear = Object.fromEntries(change.clear.map((name) => [fieldIds[name], true]));
        merge(instance, [{ fields, clear_fields: clear }], {
          merge_strategy: change.strategy,
          skip_non_existing: change.skip,
        });
        model = modelMerge(model, change);
        const stored = only(instance)?.fields;
        expect(
          stored && { first: stored['str::first'], last: stored['str::last'], topics: stored['sst:cm:topics'] },
        ).toEqual(model && { first: undefined, last: undefined, topics: undefined, ...model });
      }
    }),
    { numRuns: 2000 },
  );
});

// Finding, by looking at everybody in turn.
const keyIds = ['str:cm:contact-id', 'str::email', 'str::ei'];
type Keys = readonly (string | null)[];

const modelFind = (people: readonly Keys[], row: Keys, strategy: 0 | 1 | 2): number => {
  const given = row.flatMap((value, index) => (value === null ? [] : [index]));
  if (given.length === 0) return -1;
  if (strategy === 2) return people.findIndex((person) => given.every((key) => person[key] === row[key]));
  for (const key of given) {
    const found = people.findIndex(
      (person) =>
        person[key] === row[key] && (strategy === 0 || person.slice(0, key).every((earlier) => earlier === null)),
    );
    if (found !== -1) return found;
  }
  return -1;
};

const keys = fc.tuple(...keyIds.map(() => fc.option(fc.constantFrom('x', 'y'), { nil: null })));

test('a row finds whom the find strategy says, whatever keys others have come to hold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(keys, fc.constantFrom<(0 | 1 | 2)[]>(0, 1, 2)), { minLength: 1, maxLength: 12 }),
      (rows) => {
        const instance = instanceWith({ switches: { keylessRow: 'created' } });
        const people: (string | null)[][] = [];
        const ids: unknown[] = [];
        for (const [row, strategy] of rows) {
          const found = modelFind(people, row, strategy);
          const fields = Object.fromEntries(keyIds.map((fieldId, index) => [fieldId, row[index]]));
          const [verdict] = merge(instance, [{ fields }], { merge_by: keyIds, find_strategy: strategy });
          const id = verdict?.['person_id'];
          expect([verdict?.['status'], ids.indexOf(id)]).toEqual([found === -1 ? 'created' : 'merged', found]);
          const index = found === -1 ? people.length : found;
          people[index] = [...row];
          ids[index] = id;
        }
      },
    ),
    { numRuns: 2000 },
  );
});
