import { expect, test } from 'vitest';
import { FLAG, isOptOutFlag, listReading, readConsent, valueText } from './consent-reading.ts';

const outWhen = (...values: string[]) => listReading({ kind: 'opted_out_when', values }, false);
const inWhen = (...values: string[]) => listReading({ kind: 'opted_in_when', values }, false);

test.each([
  [true, 'out'],
  ['TRUE', 'out'],
  [1, 'out'],
  ['1', 'out'],
  [false, 'nothing'],
  ['False', 'nothing'],
  [0, 'nothing'],
  ['0', 'nothing'],
  [null, 'nothing'],
  ['', 'nothing'],
  ['  ', 'nothing'],
  ['Yes', 'unlisted'],
  [2, 'unlisted'],
  [{ a: 1 }, 'unlisted'],
])('a checkbox that means "opted out" reads %j as %s', (value, said) => {
  expect(readConsent(FLAG, value)).toBe(said);
});

test.each([
  ['Opted out', 'out'],
  ['  opted OUT ', 'out'],
  ['opted\u200b out\u0000', 'out'],
  ['Unsubscribed', 'unlisted'],
  ['Opted in', 'unlisted'],
  [null, 'nothing'],
  ['', 'nothing'],
  ['\u200b', 'nothing'],
  [[], 'nothing'],
  [['Newsletter', 'Opted out'], 'out'],
  [['Newsletter'], 'unlisted'],
])('with opted_out_when ["Opted out"], %j is %s', (value, said) => {
  expect(readConsent(outWhen('Opted out'), value)).toBe(said);
});

test.each([
  ['Yes', 'nothing'],
  [' yES', 'nothing'],
  ['No', 'implied'],
  ['Oui', 'implied'],
  [null, 'implied'],
  ['', 'implied'],
  [[], 'implied'],
  [['Events', 'Yes'], 'nothing'],
  [['Events'], 'implied'],
  [{ a: 1 }, 'implied'],
])('with opted_in_when ["Yes"], %j is %s', (value, said) => {
  expect(readConsent(inWhen('Yes'), value)).toBe(said);
});

test.each([
  [['true'], [true, 'True', 1, '1'], 'out'],
  [['true'], [false, 'false', 0, '0', null], 'nothing'],
  [['1'], [true, 1], 'out'],
  [['false'], [false, 'FALSE', 0, '0'], 'out'],
  [['false'], [true, 1], 'nothing'],
])('a checkbox with opted_out_when %j is read in whatever form it comes', (values, given, said) => {
  for (const value of given) expect([value, readConsent(outWhen(...values), value)]).toEqual([value, said]);
});

test('a number is compared as its text, and letters whichever way they are composed', () => {
  expect(readConsent(outWhen('42'), 42)).toBe('out');
  expect(readConsent(outWhen('désabonné'), 'De\u0301sabonne\u0301')).toBe('out');
});

test('the text of a multi-select is split, that of any other field is not', () => {
  const list = { kind: 'opted_in_when', values: ['Email'] } as const;
  expect(readConsent(listReading(list, true), 'SMS; Email')).toBe('nothing');
  expect(readConsent(listReading(list, false), 'SMS; Email')).toBe('implied');
});

test.each([
  ['HasOptedOutOfEmail', true, true],
  ['HasOptedOutOfEmail', false, true],
  ['Contact.HasOptedOutOfFax', true, true],
  ['DoNotCall', true, true],
  ['Who.DoNotCall', true, true],
  ['HasOptedOutOfSms__c', true, true],
  ['HasOptedOutStatus__c', false, false],
  ['DoNotCall__c', true, false],
  ['HasOptedOutOfEmail.Name', true, false],
  ['Email_Permission__c', true, false],
  ['NotHasOptedOutOfEmail', true, false],
])('the name %s (a checkbox: %j) says "opted out": %j', (from, isBoolean, expected) => {
  expect(isOptOutFlag(from, isBoolean)).toBe(expected);
});

test('a value is named as it stands, without what nobody sees', () => {
  expect(['\u200bYes ', null, 3, true, ['A', 'B'], {}].map(valueText)).toEqual([
    'Yes',
    '',
    '3',
    'true',
    'A; B',
    '(an object)',
  ]);
});
