import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createClock } from './clock.ts';
import type { Org } from './org.ts';
import type { OrgRow } from './row-view.ts';
import { createOrg } from './org.ts';
import { standardObjects } from './objects.ts';
import { populate } from './population.ts';

const make = (seed: number, contacts: number, nulBytes = false): Org => {
  const clock = createClock(new Date('2026-03-04T05:06:07Z'));
  clock.freeze();
  const org = createOrg(standardObjects, clock);
  populate(org, { seed, contacts, nulBytes });
  return org;
};
const digest = (org: Org): string => {
  const hash = createHash('sha256');
  for (const object of org.catalog.objects) hash.update(JSON.stringify(org.rows(object.name)));
  return hash.digest('hex');
};
const text = (row: OrgRow, field: string): string => (typeof row[field] === 'string' ? row[field] : '');
const org = make(3, 1000);
const contacts = org.rows('Contact');
const byId = (name: string): Map<unknown, OrgRow> => new Map(org.rows(name).map((row) => [row['Id'], row]));

test('the same seed and time give the same org, another seed another one', () => {
  expect(digest(make(3, 60))).toBe(digest(make(3, 60)));
  expect(digest(make(3, 60))).not.toBe(digest(make(4, 60)));
});

test('every reference leads to a row that exists', () => {
  let followed = 0;
  const known = new Map(
    org.catalog.objects.map((object) => [
      object.name,
      new Set(object.field('Id') === undefined ? [] : org.ids(object.name)),
    ]),
  );
  for (const object of org.catalog.objects) {
    const fields = object.fields.filter((field) => field.type === 'reference');
    for (const row of org.rows(object.name)) {
      for (const field of fields) {
        const id = row[field.name];
        if (typeof id !== 'string') continue;
        const target = org.catalog.byPrefix(id.slice(0, 3));
        const isKnown = target !== undefined && known.get(target.name)?.has(id) === true;
        if (!isKnown || !(field.referenceTo ?? []).includes(target.name)) {
          throw new Error(`${object.name}.${field.name} points to ${id}`);
        }
        followed += 1;
      }
    }
  }
  expect(followed).toBeGreaterThan(5000);
});

test('people are as people are: shared and missing emails, opt-outs, deleted and merged ones, awkward names', () => {
  const emails = contacts.map((row) => row['Email']).filter((email) => email !== null);
  expect(emails.length).toBeLessThan(contacts.length);
  expect(new Set(emails).size).toBeLessThan(emails.length);
  expect(contacts.some((row) => row['HasOptedOutOfEmail'] === true)).toBe(true);
  expect(contacts.some((row) => row['IsDeleted'] === true && row['MasterRecordId'] === null)).toBe(true);
  const merged = contacts.filter((row) => row['MasterRecordId'] !== null);
  expect(merged.length).toBeGreaterThan(0);
  expect(merged.every((row) => row['IsDeleted'] === true && row['MasterRecordId'] !== row['Id'])).toBe(true);
  expect(contacts.some((row) => text(row, 'LastName').includes('\n'))).toBe(true);
  expect(contacts.some((row) => row['MailingPostalCode'] === '01234')).toBe(true);
});

test('a converted lead names a contact, and the account that contact belongs to', () => {
  const people = byId('Contact');
  const converted = org.rows('Lead').filter((row) => row['IsConverted'] === true);
  expect(converted.length).toBeGreaterThan(20);
  for (const lead of converted) {
    const contact = people.get(lead['ConvertedContactId']);
    expect(lead['ConvertedAccountId']).toBe(contact?.['AccountId']);
    expect(lead['Email']).toBe(contact?.['Email']);
    expect(lead['Status']).toBe('Closed - Converted');
  }
});

test('a deal has at most one primary role, and it is its contact', () => {
  const deals = byId('Opportunity');
  const primaries = org.rows('OpportunityContactRole').filter((row) => row['IsPrimary'] === true);
  expect(new Set(primaries.map((row) => row['OpportunityId'])).size).toBe(primaries.length);
  for (const role of primaries) expect(deals.get(role['OpportunityId'])?.['ContactId']).toBe(role['ContactId']);
  expect(primaries.length).toBeLessThan(deals.size);
});

test('timestamps have whole seconds, many share one, and none is later than now', () => {
  const stamps = contacts.map((row) => text(row, 'SystemModstamp'));
  expect(stamps.every((stamp) => stamp.endsWith('.000Z') && stamp < '2026-03-04T05:06:07')).toBe(true);
  expect(new Set(stamps).size).toBeLessThan(stamps.length / 10);
});

test('NUL bytes come only when asked for', () => {
  const hasNul = (one: Org): boolean => one.rows('Contact').some((row) => text(row, 'Notes__c').includes('\0'));
  expect(hasNul(org)).toBe(false);
  expect(hasNul(make(3, 300, true))).toBe(true);
});
