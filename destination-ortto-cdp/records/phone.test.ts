import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalPhone } from './phone.ts';

test.each<[string, Parameters<typeof normalPhone>[1], string]>([
  ['+44 (0)20 7946 0958', undefined, '442079460958'],
  ['0049 (0)30 123456', undefined, '4930123456'],
  ['+1 (415) 555-2671', undefined, '14155552671'],
  ['tel:+1-415-555-2671;ext=89', undefined, '14155552671'],
  ["'+1 415 555 2671", undefined, '14155552671'],
  ['011 44 20 7946 0958', undefined, '442079460958'],
  ['011 44 20 7946 0958', 'US', '442079460958'],
  ['\uff0b\uff14\uff14 \uff12\uff10 7946 0958', undefined, '442079460958'],
  ['+\u0664\u0664 \u0662\u0660 \u0667\u0669\u0664\u0666 \u0660\u0669\u0665\u0668', undefined, '442079460958'],
  ['\u202a+44 20 7946 0958\u202c', undefined, '442079460958'],
  ['+44\u200b2079460958', undefined, '442079460958'],
  ['030/123456', 'DE', '4930123456'],
  ['(415) 555-2671', 'US', '14155552671'],
  ['01 42 68 53 00 poste 22', 'FR', '33142685300'],
  ['0171 1234567 Durchwahl 12', 'DE', '491711234567'],
  ['+49 30 123456 or +49 30 654321', 'DE', '4930123456'],
  ['0049 30 123456', 'US', '4930123456'],
])('%j of %s is the number %s with its country code', (text, country, digits) => {
  expect(normalPhone(text, country)).toEqual({ phone: digits, parse_with_country_code: true });
});

test.each([
  ['555-1234 / 555-5678', '5551234'],
  ['555-1234 or 555-5678', '5551234'],
  ['555-1234; 555-5678', '5551234'],
  ['555-1234\n555-5678', '5551234'],
  ['030/123456', '030123456'],
  ['044 123 45 67/68', '0441234567'],
  ['555-1234 x89', '5551234'],
  ['555 1234 ext. 89', '5551234'],
  ['555-1234 #89', '5551234'],
  ['\u0660\u0663\u0660 \u0661\u0662\u0663\u0664\u0665\u0666', '030123456'],
])("%j without a country is %s, of the account's own country", (text, digits) => {
  expect(normalPhone(text)).toEqual({ phone: digits, parse_with_country_code: false });
});

test.each(['ask reception', 'N/A', '-', '12', '+', '0000', 'x12', '+999999999999999999', ''])(
  '%j is not a number',
  (text) => {
    expect(normalPhone(text)).toBeUndefined();
    expect(normalPhone(text, 'DE')).toBeUndefined();
  },
);

test('whatever the text, a number has 4 to 15 digits and nothing else', () => {
  const country = fc.constantFrom<Parameters<typeof normalPhone>[1]>(undefined, 'US', 'DE', 'AU', 'JP');
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[+0-9 ()/.x;-]{0,30}$/));
  fc.assert(
    fc.property(text, country, (written, of) => {
      const number = normalPhone(written, of);
      expect(number?.phone ?? '12345').toMatch(/^\d{4,15}$/);
    }),
    { numRuns: 2_000 },
  );
});

test('a text far longer than any number is none, and is not searched', () => {
  expect(normalPhone(`0401 234 567${' '.repeat(1_000_000)}x`)).toBeUndefined();
});
