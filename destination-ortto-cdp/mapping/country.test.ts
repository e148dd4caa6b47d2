import { expect, test } from 'vitest';
import { countryOf } from './country.ts';

test.each([
  ['DE', 'DE'],
  ['de', 'DE'],
  ['Germany', 'DE'],
  ['Deutschland', 'DE'],
  ['Allemagne', 'DE'],
  ['ドイツ', 'DE'],
  ['USA', 'US'],
  ['U.S.A.', 'US'],
  ['United States', 'US'],
  ['united states of america', 'US'],
  ['UK', 'GB'],
  ['United Kingdom', 'GB'],
  ['Côte d’Ivoire', 'CI'],
  ["Cote d'Ivoire", 'CI'],
  ['The Netherlands', 'NL'],
  ['Schweiz', 'CH'],
  ['México', 'MX'],
])('%s is %s', (text, code) => {
  expect(countryOf(text)).toBe(code);
});

test.each(['', ' ', 'Nowhere', 'Bavaria', '12'])('%j is no country', (text) => {
  expect(countryOf(text)).toBeUndefined();
});
