import { expect, test } from 'vitest';
import { customFieldId, fits, plainName, readDisplayType, slug, typeOfProperty } from './field-types.ts';

test.each([
  ['Job Title', 'job-title'],
  ['apiCreateTextField', 'apicreatetextfield'],
  ['$customfieldtextPerson', 'customfieldtextperson'],
  ['Salesforce contact ID', 'salesforce-contact-id'],
  ['  Größe  in cm ', 'größe-in-cm'],
])('the name %s has the slug %s', (name, expected) => {
  expect(slug(name)).toBe(expected);
});

test.each([
  ['Lead_Score__c', 'Lead score'],
  ['NPS__c', 'NPS'],
  ['NPS_Last_Quarter__c', 'NPS last quarter'],
  ['acme__Tier__c', 'Acme tier'],
  ['Account.Tier__c', 'Account tier'],
  ['Sponsor__r.Tier__c', 'Sponsor tier'],
  ['leadScore__c', 'LeadScore'],
])('the field %s is called %s', (from, expected) => {
  expect(plainName(from)).toBe(expected);
});

test.each([
  [{ type: ['null', 'string'] }, 'text'],
  [{ type: ['null', 'string'], format: 'date' }, 'date'],
  [{ type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' }, 'time'],
  [{ type: 'string', format: 'time' }, 'text'],
  [{ type: ['null', 'boolean'] }, 'bool'],
  [{ type: ['null', 'integer'] }, 'integer'],
  [{ type: 'number', airbyte_type: 'integer' }, 'integer'],
  [{ type: ['null', 'number'] }, 'decimal'],
  [{ type: ['null', 'array'], items: { type: 'string' } }, 'multi_select'],
  [{ type: ['null', 'object'], properties: {} }, 'object'],
  [{}, 'text'],
  [true, 'text'],
] as const)('a property %j becomes %s', (property, expected) => {
  expect(typeOfProperty(property as Parameters<typeof typeOfProperty>[0])).toBe(expected);
});

test.each([
  ['text', 'cm', 'str:cm:x'],
  ['link', 'oc', 'str:oc:x'],
  ['large_text', 'cm', 'txt:cm:x'],
  ['decimal', 'cm', 'int:cm:x'],
  ['currency', 'oc', 'int:oc:x'],
  ['date', 'cm', 'dtz:cm:x'],
  ['time', 'cm', 'tme:cm:x'],
  ['bool', 'cm', 'bol:cm:x'],
  ['phone', 'cm', 'phn:cm:x'],
  ['single_select', 'cm', 'str:cm:x'],
  ['multi_select', 'cm', 'sst:cm:x'],
  ['object', 'cm', 'obj:cm:x'],
] as const)('a %s field in %s has the id %s', (type, namespace, expected) => {
  expect(customFieldId(type, namespace, 'X')).toBe(expected);
});

test.each([
  ['text', 'phone', true],
  ['text', 'integer', false],
  ['integer', 'decimal', true],
  ['decimal', 'integer', false],
  ['decimal', 'currency', true],
  ['date', 'time', false],
  ['bool', 'text', false],
  ['multi_select', 'text', false],
] as const)('%s values fit a %s field: %s', (wanted, actual, expected) => {
  expect(fits(wanted, actual)).toBe(expected);
});

test('types that cannot be written are unknown', () => {
  expect(['price', 'aggregate', 'ids', 'toString'].map(readDisplayType)).toEqual(Array(4).fill(undefined));
  expect(['email', 'url', 'currency'].map(readDisplayType)).toEqual(['text', 'text', 'currency']);
});
