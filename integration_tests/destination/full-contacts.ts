import type { JsonObject } from '../../airbyte/protocol.ts';
import { record, salesforceId } from './destination-run.ts';

// Contacts with a value in every field that may be left out.

export const FIELDS = ['Id', 'Email', 'Phone', 'FirstName', 'LastName', 'Title', 'Score__c', 'HasOptedOutOfEmail'];

export const contactId = (number: number) => salesforceId('003', number);
export const contactOf = (number: number, more: JsonObject = {}): JsonObject => ({
  Id: contactId(number),
  Email: `p${number}@corp.test`,
  Phone: '+47 22 33 44 55',
  FirstName: 'Pat',
  LastName: `No. ${number}`,
  Title: 'Chief',
  Score__c: number,
  HasOptedOutOfEmail: false,
  ...more,
});
export const contact = (number: number, more?: JsonObject): string => record('Contact', contactOf(number, more));
export const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
