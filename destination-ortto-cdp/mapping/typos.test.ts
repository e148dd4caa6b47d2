import { expect, test } from 'vitest';
import { catalogFields } from './catalog-fields.ts';
import { nameSlip, noteUnknownField, noteUnknownStreams } from './typos.ts';

const notebook = () => ({ problems: [] as string[], warnings: [] as string[], notes: [] as string[] });
const entry = (stream: string) => ({
  stream,
  target: 'none' as const,
  fields: [],
  person: undefined,
  activity: undefined,
});

test('an entry for a stream that is spelled differently is a problem, one for no stream a warning', () => {
  const book = notebook();
  noteUnknownStreams([entry('Contact'), entry('lead'), entry('Kontakt')], ['Contact', 'Lead'], book);
  expect(book).toEqual({
    problems: ['objects[1].stream: the connection has no stream lead; it has Lead'],
    warnings: ['objects[2].stream: the connection has no stream Kontakt, so the entry has no effect'],
    notes: [],
  });
});

test('a row for a field that is spelled differently is a problem, whatever it was to become', () => {
  const fields = catalogFields({
    type: 'object',
    properties: { Title: { type: 'string' }, Account: { type: 'object', properties: { Name: { type: 'string' } } } },
  });
  const book = notebook();
  for (const [from, to] of [
    ['title', 'none'],
    ['account.name', 'Company'],
    ['Nope__c', 'Nope'],
    ['Salary__c', 'none'],
  ] as const) {
    noteUnknownField('Contact', { from, to, origin: 'user' }, fields, book);
  }
  expect(book.problems).toEqual([
    'Contact.title: the stream has no field title; it has Title',
    'Contact.account.name: the stream has no field account.name; it has Account.Name',
    'Contact.Nope__c: the stream has no such field; select it or take the row out of objects',
  ]);
  expect(book.notes).toEqual(['Contact.Salary__c: the stream has no such field, so there is nothing to leave out']);
});

test.each(['Email', 'First Name', 'firstname', 'FIRST_NAME'])('%s is written like an own field', (to) => {
  expect(nameSlip('person', to)).toMatch(/is one of Ortto's own fields: write (?:email|first_name)$/);
});

test.each(['first_nme', 'full_name', 'push_tokens'])('%s is none of them', (to) => {
  expect(nameSlip('person', to)).toContain("is none of Ortto's own fields (first_name, last_name, email,");
});

test.each(['first_name', 'Lead score', 'Owner', 'website', 'VIP'])('%s may stand', (to) => {
  expect(nameSlip('person', to)).toBeUndefined();
});
