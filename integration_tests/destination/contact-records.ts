import type { JsonObject } from '../../airbyte/protocol.ts';
import { record, salesforceId } from './destination-run.ts';

// Contacts as the source writes them, each with an address of its own.

export const FIELDS = ['Id', 'Email', 'FirstName', 'LastName', 'HasOptedOutOfEmail', 'IsDeleted'];
export const contact = (number: number, more: JsonObject = {}): JsonObject => ({
  Id: salesforceId('003', number),
  Email: `p${number}@corp.test`,
  FirstName: 'Pat',
  LastName: `No. ${number}`,
  HasOptedOutOfEmail: false,
  IsDeleted: false,
  ...more,
});
export const contacts = (count: number, more: (number: number) => JsonObject = () => ({})): string[] =>
  Array.from({ length: count }, (_, number) => record('Contact', contact(number, more(number))));
