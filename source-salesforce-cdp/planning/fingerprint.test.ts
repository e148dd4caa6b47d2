import { expect, test } from 'vitest';
import { refinement } from '../fixtures/example-org.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Selection } from './selection.ts';

const selectionOf = (fields: readonly string[]): Selection => ({
  object: 'Contact',
  columns: fields.map((path) => ({ path, kind: 'text', filterable: true })),
  properties: fields.map((name, column) => ({ name, column })),
  hasId: true,
  cursor: 'SystemModstamp',
  isDeleted: 'selected',
});

test('the digest of a fingerprint is the same from run to run, and different when other rows are asked for', () => {
  const selection = selectionOf(['Id', 'Name']);
  const settings = { includeDeleted: true, startDate: undefined, organization: '00D000000000001' };
  const condition = { field: 'Name', operator: 'is', value: 'x' } as const;
  const digest = (...parameters: Parameters<typeof fingerprintOf>): string => fingerprintOf(...parameters).digest;
  const plain = digest(selection, undefined, settings);
  expect(fingerprintOf(selection, undefined, settings).fields).toEqual(['Id', 'Name']);
  expect(digest(selectionOf(['Id']), refinement(['Id']), settings)).toBe(plain);
  expect(digest(selection, { ...refinement(undefined, [condition]), match: 'any' }, settings)).toBe(
    digest(selection, refinement(undefined, [{ ...condition, field: 'NAME' }]), settings),
  );
  const others = [
    plain,
    digest(selection, refinement(undefined, [condition]), settings),
    digest(selection, refinement(undefined, [{ ...condition, value: 'y' }]), settings),
    digest(selection, refinement(undefined, [{ ...condition, operator: 'is_not' }]), settings),
    digest(selection, refinement(undefined, [condition, condition]), settings),
    digest(selection, { ...refinement(undefined, [condition, condition]), match: 'any' }, settings),
    digest(selection, undefined, { ...settings, includeDeleted: false }),
    digest(selection, undefined, { ...settings, startDate: new Date('2024-01-01') }),
    digest(selection, undefined, { ...settings, organization: '00D000000000002' }),
  ];
  expect(new Set(others).size).toBe(others.length);
});
