import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { certainId, idKind, normalEmail, salesforceId } from './identity.ts';

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

test.each(['dot.@corp.test', 'two..dots@corp.test', 'a@-corp.test', `${'a'.repeat(65)}@corp.test`, 'a@b.co\nc@d.co'])(
  '%j is not an address',
  (text) => {
    expect(normalEmail(text)).toBeUndefined();
  },
);

test.each(['\u200bana@corp.test', 'ana\u00ad@corp.test', '\u202eana@corp.test', ' Ana@Corp.test\u200e '])(
  '%j is the address that is seen',
  (text) => {
    expect(normalEmail(text)).toBe('ana@corp.test');
  },
);

test('an id with something invisible in it is that id', () => {
  expect(salesforceId('\u200b0014W000027f6V3QAI\u200e ')).toBe('0014W000027f6V3QAI');
  expect(certainId('\u200b0014W000027f6V3QAI\u200e ')).toBe('0014W000027f6V3QAI');
});
