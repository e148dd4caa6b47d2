import { expect, test } from 'vitest';
import { closestName, didYouMean } from './did-you-mean.ts';

const FIELDS = ['Id', 'Email', 'FirstName', 'LastName', 'Account.Name', 'HasOptedOutOfEmail', 'Lead_Score__c'];

test.each([
  ['Emial', 'Email'],
  ['email', 'Email'],
  ['E-mail', 'Email'],
  ['Emails', 'Email'],
  ['first name', 'FirstName'],
  ['FirstNme', 'FirstName'],
  ['Acount.Name', 'Account.Name'],
  ['HasOptedOutEmail', 'HasOptedOutOfEmail'],
  ['Lead_Scroe__c', 'Lead_Score__c'],
])('%s means %s', (written, name) => {
  expect(closestName(written, FIELDS)).toBe(name);
  expect(didYouMean(written, FIELDS)).toBe(`. Did you mean ${name}?`);
});

test.each(['Phone', 'X', '', 'Something_Else__c', 'AVeryLongNameThatIsNothingLikeTheOthers'])(
  '%s means none of them',
  (written) => {
    expect(didYouMean(written, FIELDS)).toBe('');
  },
);

test('the closest of several is meant, and of equally close ones the first', () => {
  expect(closestName('lookbak_window', ['lookback_windows', 'lookback_window'])).toBe('lookback_window');
  expect(closestName('Contat', ['Contact', 'Contrat'])).toBe('Contact');
  expect(closestName('Contact', [])).toBeUndefined();
  expect(closestName('Contact', ['Contact', 'Contract'])).toBe('Contract');
});
