import type { JsonObject } from '../../airbyte/protocol.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';
import { liveWrite, record, salesforceId } from './destination-run.ts';

// Contacts with a field for consent, configs that say how it is read, and who is subscribed in the end.

export const streams = {
  Contact: ['Id', 'Email', 'LastName', 'Consent__c', 'Texts__c', 'IsDeleted'],
  Lead: ['Id', 'Email', 'LastName', 'IsDeleted', 'HasOptedOutOfEmail'],
};

export const contact = (number: number, consent: unknown, more: JsonObject = {}) =>
  record('Contact', {
    Id: salesforceId('003', number),
    Email: `p${number}@corp.test`,
    LastName: `No. ${number}`,
    ...(consent !== undefined && { Consent__c: consent }),
    ...more,
  });

export const consentConfig = (row: JsonObject, more: JsonObject = {}): JsonObject => ({
  objects: [
    {
      stream: 'Contact',
      fields: [
        { from: 'Consent__c', to: 'email_permission', ...row },
        { from: 'Texts__c', to: 'none' },
      ],
    },
  ],
  ...more,
});
export const inWhen = (...values: string[]) => consentConfig({ opted_in_when: values });
export const outWhen = (...values: string[]) => consentConfig({ opted_out_when: values });
export const limited = (records: number, percent: number) => ({ limits: { opted_in_when: { records, percent } } });

/** Brings so many people into Ortto, all of them subscribed. */
export const seed = (ortto: OrttoSimulator, count: number) =>
  liveWrite(ortto, {
    config: outWhen('never'),
    streams,
    lines: Array.from({ length: count }, (_, number) => contact(number, null)),
  });

/** The numbers of the people who are subscribed, and of those who are not. */
export const subscribersOf = (ortto: OrttoSimulator) => {
  const all = ortto.cdp.people().map(({ fields }) => ({
    number: Number(/\d+/.exec(String(fields['str::email']))?.[0]),
    isIn: fields['bol::p'],
  }));
  const numbers = (isIn: boolean) => all.filter((each) => each.isIn === isIn).map(({ number }) => number);
  return { in: numbers(true).toSorted((a, b) => a - b), out: numbers(false).toSorted((a, b) => a - b) };
};
