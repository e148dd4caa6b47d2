import { expect, test } from 'vitest';
import { catalogFields } from './catalog-fields.ts';
import { nameProblem, noteUnknownField, noteUnknownStreams } from './unknown-names.ts';

const findings = () => ({ problems: [] as string[], warnings: [] as string[], notes: [] as string[] });
const entry = (stream: string) => ({
  stream,
  target: 'none' as const,
  fields: [],
  person: undefined,
  activity: undefined,
});

test('an entry for a stream that is spelled otherwise is a problem, one for none a warning', () => {
  const book = findings();
  noteUnknownStreams([entry('Contact'), entry('lead'), entry('Kontakt')], ['Contact', 'Lead'], book);
  expect(book).toEqual({
    problems: ['objects[1].stream: the connection has no stream lead. Did you mean Lead?'],
    warnings: [
      'objects[2].stream: the connection has no stream Kontakt, so the entry has no effect. Did you mean Contact?',
    ],
    notes: [],
  });
});

test('a row for a field that is spelled otherwise is a problem, whatever it was to become', () => {
  const fields = catalogFields({
    type: 'object',
    properties: { Title: { type: 'string' }, Account: { type: 'object', properties: { Name: { type: 'string' } } } },
  });
  const book = findings();
  for (const [from, to] of [
    ['title', 'none'],
    ['account.name', 'Company'],
    ['Nope__c', 'Nope'],
    ['Salary__c', 'none'],
  ] as const) {
    noteUnknownField('Contact', { from, to, origin: 'user' }, fields, book);
  }
  expect(book.problems).toEqual([
    'Contact.title: the stream has no field title. Did you mean Title?',
    'Contact.account.name: the stream has no field account.name. Did you mean Account.Name?',
    'Contact.Nope__c: the stream has no such field; select it or remove the row from objects',
  ]);
  expect(book.notes).toEqual(['Contact.Salary__c: the stream has no such field, so there is nothing to leave out']);
});

test.each(['Email', 'First Name', 'firstname', 'FIRST_NAME'])('%s is written like an own field', (to) => {
  expect(nameProblem('person', to)).toMatch(/is one of Ortto's own fields; write it as (?:email|first_name)$/);
});

test.each(['first_nme', 'full_name', 'push_tokens'])('%s is none of them', (to) => {
  expect(nameProblem('person', to)).toContain("is not one of Ortto's own fields (first_name, last_name, email,");
});

test.each(['first_name', 'Lead score', 'Owner', 'website', 'VIP'])('%s may stand', (to) => {
  expect(nameProblem('person', to)).toBeUndefined();
});
