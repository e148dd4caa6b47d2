import { expect, test } from 'vitest';
import { compileConditions } from './conditions.ts';
import type { Condition, Operator } from '../config.ts';
import { contact, refinement } from '../fixtures/example-org.ts';

const condition = (field: string, operator: Operator, value?: string): Condition => ({ field, operator, value });
const compile = (...conditions: Condition[]) => compileConditions(contact, refinement(undefined, conditions));

test.each<[string, Operator, string | undefined, string]>([
  ['email', 'is', "o'brien@x.co", "Email = 'o\\'brien@x.co'"],
  ['Email', 'is_not', 'a\\b\n', "Email != 'a\\\\b\\n'"],
  ['Email', 'in', ' a, b ,,c', "Email IN ('a', 'b', 'c')"],
  ['Email', 'not_in', 'a,b', "(Email NOT IN ('a', 'b') OR Email = null)"],
  ['Email', 'contains', "50%_o'f", "Email LIKE '%50\\%\\_o\\'f%'"],
  ['Email', 'starts_with', 'a\\', "Email LIKE 'a\\\\%'"],
  ['Email', 'empty', undefined, 'Email = null'],
  ['Email', 'not_empty', undefined, 'Email != null'],
  ['AccountId', 'is', '001000000000001', "AccountId = '001000000000001'"],
  ['HasOptedOutOfEmail', 'is', 'True', 'HasOptedOutOfEmail = true'],
  ['HasOptedOutOfEmail', 'is_not', 'false', 'HasOptedOutOfEmail != false'],
  ['Amount__c', 'greater_than', '1200.50', 'Amount__c > 1200.50'],
  ['Amount__c', 'less_than', '-3', 'Amount__c < -3'],
  ['Visits__c', 'in', '1, 2', 'Visits__c IN (1, 2)'],
  ['Visits__c', 'is', '-2147483648', 'Visits__c = -2147483648'],
  ['Birthdate', 'greater_than', '1980-02-29', 'Birthdate > 1980-02-29'],
  ['Birthdate', 'in_last_days', '30', 'Birthdate = LAST_N_DAYS:30'],
  ['CreatedDate', 'in_last_days', '007', 'CreatedDate = LAST_N_DAYS:7'],
  ['CreatedDate', 'is', '2024-01-31T09:30:00+02:00', 'CreatedDate = 2024-01-31T07:30:00.000Z'],
  ['CreatedDate', 'less_than', '2024-01-31', 'CreatedDate < 2024-01-31T00:00:00.000Z'],
  ['Alarm__c', 'is', '09:30', 'Alarm__c = 09:30:00.000Z'],
  ['Tags__c', 'is', 'A', "Tags__c INCLUDES ('A')"],
  ['Tags__c', 'is_not', 'A;B', "(Tags__c EXCLUDES ('A;B') OR Tags__c = null)"],
  ['Tags__c', 'in', "A, B'", "Tags__c INCLUDES ('A', 'B\\'')"],
  ['Tags__c', 'not_in', 'A,B', "(Tags__c EXCLUDES ('A', 'B') OR Tags__c = null)"],
])('%s %s %j asks %s', (field, operator, value, where) => {
  expect(compile(condition(field, operator, value))).toEqual({ where, problems: [] });
});

test.each<[string, Operator, string | undefined, string]>([
  ['Emial', 'is', 'x', 'no such field'],
  ['Account.Name', 'is', 'x', 'fields of a parent'],
  ['Score__c', 'is', '1', 'formula'],
  ['Notes__c', 'is', 'x', 'does not filter'],
  ['MailingAddress', 'is', 'x', 'does not filter'],
  ['Photo__c', 'empty', undefined, 'does not filter'],
  ['Email', 'greater_than', 'x', 'possible: is, is_not, in, not_in, contains, starts_with, empty, not_empty'],
  ['Email', 'in_last_days', '3', 'cannot be asked'],
  ['Tags__c', 'contains', 'A', 'cannot be asked'],
  ['AccountId', 'starts_with', '001', 'cannot be asked'],
  ['AccountId', 'is', 'Acme', '15 or 18 characters'],
  ['HasOptedOutOfEmail', 'empty', undefined, 'possible: is, is_not'],
  ['HasOptedOutOfEmail', 'is', 'yes', 'true or false'],
  ['Amount__c', 'is', '1,200', 'a number'],
  ['Amount__c', 'is', 'NaN', 'a number'],
  ['Visits__c', 'is', '1.5', 'a whole number'],
  ['Visits__c', 'is', '2147483648', 'at most 32 bits'],
  ['Birthdate', 'is', '2023-02-29', 'a date'],
  ['Birthdate', 'is', '2024-01-31T00:00:00Z', 'a date'],
  ['CreatedDate', 'is', '2024-01-31', 'a time'],
  ['CreatedDate', 'greater_than', '2024-13-01', 'a time'],
  ['CreatedDate', 'in_last_days', '-1', 'a number of days'],
  ['Alarm__c', 'is', '25:00', 'a time of day'],
  ['Email', 'in', ' , ', 'at least one value'],
  ['Email', 'is', 'x'.repeat(4_001), 'at most 4000'],
])('%s %s %j is refused: %s', (field, operator, value, reason) => {
  const { where, problems } = compile(condition(field, operator, value));
  expect(where).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining(`Contact.${field} ${operator}: `)]);
  expect(problems[0]).toContain(reason);
});

test('all problems are reported at once, and none quotes a value', () => {
  const { problems } = compile(condition('A', 'is', 'hush'), condition('Birthdate', 'is', 'hush'));
  expect(problems).toHaveLength(2);
  expect(problems.join()).not.toContain('hush');
});

test('conditions are joined by how they are to match', () => {
  const both = [condition('Email', 'empty'), condition('Visits__c', 'not_in', '1')];
  expect(compile(...both).where).toBe('Email = null AND (Visits__c NOT IN (1) OR Visits__c = null)');
  expect(compileConditions(contact, { ...refinement(undefined, both), match: 'any' }).where).toBe(
    'Email = null OR (Visits__c NOT IN (1) OR Visits__c = null)',
  );
  expect(compile()).toEqual({ where: undefined, problems: [] });
});
