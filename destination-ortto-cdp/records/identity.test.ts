import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { certainId, idKind, normalEmail, normalPhone, salesforceId } from './identity.ts';

test.each([
  ['001D000000IqhSL', '001D000000IqhSLIAZ'],
  ['0014W000027f6V3', '0014W000027f6V3QAI'],
  ['00530000003xqAb', '00530000003xqAbAAI'],
])('the 15 characters %s become %s', (id, expected) => {
  expect(salesforceId(id)).toBe(expected);
  expect(salesforceId(expected)).toBe(expected);
});

test.each([null, undefined, '', 42, '0014W000027f6V', '0014W000027f6V3Q', '0014W000027f6V3QAI0', '0014W000027f6V-'])(
  '%j is not a Salesforce id',
  (value) => {
    expect(salesforceId(value)).toBeUndefined();
  },
);

test('two ids that differ only in letter case differ in lower case too once they have 18 characters', () => {
  const character = fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'));
  const id = fc.array(character, { minLength: 15, maxLength: 15 });
  fc.assert(
    fc.property(id, fc.nat(14), (characters, place) => {
      const swapped = characters.map((each, index) =>
        index !== place ? each : each === each.toUpperCase() ? each.toLowerCase() : each.toUpperCase(),
      );
      fc.pre(characters.join('') !== swapped.join(''));
      const [one, two] = [characters, swapped].map((each) => salesforceId(each.join(''))?.toLowerCase());
      expect(one).not.toBe(two);
    }),
  );
});

test('the kind of a record is in the first three characters of its id, case and all', () => {
  expect(['0035g00000A', '00Q5g00000A', '0015g00000A', '00q5g00000A', '006'].map(idKind)).toEqual([
    'contact',
    'lead',
    'account',
    undefined,
    undefined,
  ]);
});

test('a value of unknown meaning is an id only with 18 characters, a known kind and the right checksum', () => {
  const contact = salesforceId('0035g00000XyZab') ?? '';
  expect(certainId(contact)).toBe(contact);
  expect(certainId('0035g00000XyZab')).toBeUndefined();
  expect(certainId('0035g00000XyZabAAA')).toBeUndefined();
  expect(certainId(salesforceId('0055g00000XyZab'))).toBeUndefined();
});

test.each([
  [' Ana@Corp.Test ', 'ana@corp.test'],
  ["o'hara+news@sub.example.co", "o'hara+news@sub.example.co"],
  ['josé@exämple.de', 'josé@exämple.de'],
])('the email %j is compared as %s', (text, expected) => {
  expect(normalEmail(text)).toBe(expected);
});

test.each([
  '',
  'n/a',
  'a@b',
  'a b@c.de',
  '@c.de',
  'a@',
  'a@@c.de',
  'a@c..de',
  'a@c.de.',
  'Ana <a@c.de>',
  `${'a'.repeat(250)}@c.de`,
])('%j is not an email', (text) => {
  expect(normalEmail(text)).toBeUndefined();
});

test.each([
  ['+61 401 234 567', '61401234567', true],
  ['0061 (401) 234-567', '61401234567', true],
  ['(+44) 20 7946 0958', '442079460958', true],
  ['(415) 555-0132', '4155550132', false],
  ['0401 234 567', '0401234567', false],
  ['415.555.0132 x89', '4155550132', false],
  ['+1 415 555 0132 ext. 12', '14155550132', true],
])('the phone %j is sent as %s, its country code in it: %s', (text, phone, coded) => {
  expect(normalPhone(text)).toEqual({ phone, parse_with_country_code: coded });
});

test.each([
  '',
  'n/a',
  'call the office',
  '123',
  '+1',
  '+1234567890123456',
  '123456789012345',
  '+ABC 401 234 567',
  '000',
])('%j is not a phone number', (text) => {
  expect(normalPhone(text)).toBeUndefined();
});
