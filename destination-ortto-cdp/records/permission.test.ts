import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLAG, listReading, readConsent } from '../mapping/consent-reading.ts';
import type { ConsentReading } from '../mapping/consent-reading.ts';
import type { MappedField } from '../mapping/entity.ts';
import { permissionOf } from './permission.ts';

const from = 'Consent__c';

const permission = (consent: ConsentReading, changes: Partial<MappedField> = {}): MappedField => ({
  from,
  path: [from],
  id: 'bol::p',
  type: 'bool',
  rule: 'overwrite',
  nulls: 'ignore',
  consent,
  ...changes,
});

const list = (kind: 'opted_out_when' | 'opted_in_when') => listReading({ kind, values: ['Yes'] }, false);
const optOut = (rule: MappedField['rule']) => ({ id: 'bol::p', type: 'bool', value: false, rule });

test.each([
  ['opted_out_when', 'overwrite', 'yes', { optOut: optOut('overwrite') }],
  ['opted_out_when', 'on_create', 'yes', { optOut: optOut('on_create') }],
  ['opted_out_when', 'overwrite', 'No', { unlisted: { from, kind: 'opted_out_when', text: 'No', optOut: undefined } }],
  ['opted_in_when', 'overwrite', 'yes', {}],
  [
    'opted_in_when',
    'overwrite',
    'No',
    { optOut: optOut('on_create'), unlisted: { from, kind: 'opted_in_when', text: 'No', optOut: 'bol::p' } },
  ],
  [
    'opted_in_when',
    'on_create',
    null,
    { optOut: optOut('on_create'), unlisted: { from, kind: 'opted_in_when', text: '', optOut: undefined } },
  ],
] as const)(
  '%s under %s: of %j, what the record states goes with its fields, and what is only implied is for new people and held for others',
  (kind, rule, value, expected) => {
    expect(permissionOf(permission(list(kind), { rule }), value)).toEqual(expected);
  },
);

test('of a permission nothing but false is ever written, whatever the list and the value', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('Yes', 'yes ', true, 1, 0, '1', 'true'));
  const reading = fc.record({
    kind: fc.constantFrom('flag' as const, 'opted_out_when' as const, 'opted_in_when' as const),
    values: fc.array(fc.constantFrom('Yes', 'true', 'false', '1', 'No'), { minLength: 1 }),
    isList: fc.boolean(),
  });
  const changes = fc.record({
    nulls: fc.constantFrom('ignore' as const, 'clear' as const),
    rule: fc.constantFrom('on_create' as const, 'overwrite' as const),
  });
  fc.assert(
    fc.property(reading, changes, value, ({ kind, values, isList }, more, given) => {
      const consent = kind === 'flag' ? FLAG : listReading({ kind, values }, isList);
      const sent = permissionOf(permission(consent, more), given).optOut;
      const said = readConsent(consent, given);
      expect(sent?.rule).toBe(said === 'out' ? more.rule : said === 'implied' ? 'on_create' : undefined);
      expect([undefined, false]).toContain(sent?.value);
    }),
    { numRuns: 2_000 },
  );
});
