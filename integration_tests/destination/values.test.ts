import { afterEach, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { startOrtto } from '../simulators/ortto.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';
import {
  errorsOf,
  ledgerOf,
  liveWrite,
  record,
  rejections,
  runWrite,
  salesforceId,
  state,
  stateIds,
} from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// Values as people and programs write them. Whom a value names, and which number is called, must not hang on what nobody sees.

/** The clock of the test, also where that is set. */
const now = () => Date.now();
const ortto = useOrtto({ now });

afterEach(() => {
  vi.useRealTimers();
});

const CONTACT = [
  'Id',
  'Email',
  'LastName',
  'Phone',
  'MobilePhone',
  'MailingCountry',
  'Topics__c',
  'HasOptedOutOfEmail',
];
const contactId = (number: number) => salesforceId('003', number);
const contact = (number: number, more: JsonObject = {}) =>
  record('Contact', { Id: contactId(number), Email: `p${number}@corp.test`, LastName: `L${number}`, ...more });
const write = (lines: readonly string[], config: JsonObject = {}) =>
  runWrite(ortto, { streams: { Contact: CONTACT }, lines, config });
const fieldsOf = (id: string) => ortto.cdp.people().map(({ fields }) => fields[id]);

test('an address with characters that nobody sees is the address without them, not a second, subscribed person', async () => {
  ortto.cdp.call('POST', '/person/merge', {
    people: [{ fields: { 'str::email': 'ana@corp.test', 'bol::p': false } }],
    merge_by: ['str::email'],
  });
  const spelled = '\u202eA\u200bna\u200e@cor\u00adp.test\u0000\ufeff';
  const run = await write([contact(1, { Email: spelled, LastName: 'Pé\u200brez\u200f', HasOptedOutOfEmail: false })]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 0, merged: 1 });
  expect(ortto.cdp.people()).toMatchObject([
    { fields: { 'str::email': 'ana@corp.test', 'str::last': 'Pérez', 'bol::p': false } },
  ]);
});

test('texts of nothing but such characters are empty, and names and emoji are spelled as before', async () => {
  await write([
    contact(1, { LastName: '\u200b\u2066\u2069', Email: '\ufeff' }),
    contact(2, { LastName: 'می\u200cخواهم' }),
    contact(3, { LastName: '👩\u200d🚀' }),
  ]);
  expect(fieldsOf('str::last')).toEqual([undefined, 'می\u200cخواهم', '👩\u200d🚀']);
  expect(fieldsOf('str::email')).toEqual([undefined, 'p2@corp.test', 'p3@corp.test']);
});

test('a number is one of the country of its record, else of the setting, and the first of two', async () => {
  const run = await write(
    [
      contact(1, { MailingCountry: 'Deutschland', Phone: '030/123456', MobilePhone: '0171 1234567 / 030 7654321' }),
      contact(2, { MailingCountry: 'US', Phone: '011 44 (0)20 7946 0958', MobilePhone: '(415) 555-0132 x89' }),
      contact(3, { Phone: '+44 (0)20 7946 0958', MobilePhone: "'0401 234 567" }),
      contact(4, { Phone: '０４０１ ２３４ ５６７', MobilePhone: '\u202atel:0402-345-678;ext=89\u202c' }),
    ],
    { phone_country: 'au' },
  );
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 4 });
  const numbers = [fieldsOf('phn::phone'), fieldsOf('phn:cm:mobile-phone')];
  expect(numbers).toEqual([
    [
      { c: '49', n: '30123456' },
      { c: '44', n: '2079460958' },
      { c: '44', n: '2079460958' },
      { c: '61', n: '401234567' },
    ],
    [
      { c: '49', n: '1711234567' },
      { c: '1', n: '4155550132' },
      { c: '61', n: '401234567' },
      { c: '61', n: '402345678' },
    ],
  ]);
});

test('an option with space around it is the option without, once', async () => {
  await write([contact(1, { Topics__c: ['A', ' B', 'B ', 'A\u200b'] }), contact(2, { Topics__c: [' B'] })]);
  expect(fieldsOf('sst:cm:topics')).toEqual([['A', 'B'], ['B']]);
});

test('a revenue in the trillions and a number of 18 digits arrive whole, and the people of the account are linked', async () => {
  const accountId = salesforceId('001', 1);
  const account = { Id: accountId, Name: 'Big', AnnualRevenue: 15_000_000_000_000, NumberOfEmployees: '#' };
  const run = await runWrite(ortto, {
    streams: { Account: ['Id', 'Name', 'AnnualRevenue', 'NumberOfEmployees'], Contact: [...CONTACT, 'AccountId'] },
    lines: [
      // Salesforce's own digits, which no number of JavaScript holds.
      record('Account', account).replace('"#"', '123456789012345678'),
      contact(1, { AccountId: accountId }),
      state('Account', 1),
    ],
    config: { objects: [{ stream: 'Account', fields: [{ from: 'AnnualRevenue', to: 'Revenue', type: 'currency' }] }] },
  });
  expect(run.exitCode).toBe(0);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 1, linked: 1 });
  const stored = JSON.stringify(ortto.cdp.organizations()[0]?.fields);
  expect(stored).toContain('"int:oc:revenue":15000000000000000');
  expect(stored).toContain('"int:o:employees":123456789012345678');
});

const MEMBER = ['Id', 'LeadOrContactId', 'Status', 'FirstRespondedDate', 'CreatedDate'];
const inSydney = async (server: OrttoSimulator) => {
  // Nine in the morning of 2 June there.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 5, 1, 23) });
  const member = { LeadOrContactId: contactId(1), Status: 'Responded', CreatedDate: '2026-05-30T00:00:00Z' };
  return liveWrite(server, {
    streams: { Contact: ['Id', 'Email', 'HasOptedOutOfEmail'], CampaignMember: MEMBER },
    lines: [
      record('Contact', { Id: contactId(1), Email: 'ana@corp.test' }),
      ...['2026-06-02', '2026-06-03', '2026-06-01'].map((FirstRespondedDate, number) =>
        record('CampaignMember', { ...member, Id: `00v${contactId(number + 1).slice(3)}`, FirstRespondedDate }),
      ),
      state('CampaignMember', 1),
    ],
  });
};

test('an answer of today, read at nine in Sydney, is recorded at midnight UTC; one of tomorrow is rejected', async () => {
  const run = await inSydney(ortto);
  expect(ledgerOf(run, 'CampaignMember')).toMatchObject({ recorded: 2, rejected: { in_the_future: 1 } });
  expect(ortto.cdp.activities().map(({ created }) => created.toISOString())).toEqual(
    ['2026-06-02', '2026-06-01'].map((day) => `${day}T00:00:00.000Z`),
  );
});

test.each(['rows', 'refused'] as const)(
  'where Ortto refuses what has not begun yet (in %s), the record is rejected for that, and named',
  async (mixedBatch) => {
    const strict = await startOrtto({ now, switches: { futureActivity: 'invalid', mixedBatch } });
    try {
      const run = await inSydney(strict);
      expect(ledgerOf(run, 'CampaignMember')).toMatchObject({ recorded: 1, rejected: { in_the_future: 2 } });
      expect(rejections(run)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            reason: 'in_the_future',
            field: 'FirstRespondedDate',
            id: expect.stringMatching(/1AAA$/),
          }),
        ]),
      );
      expect(stateIds(run)).toEqual([1]);
    } finally {
      await strict.close();
    }
  },
);

const ROLE = { objects: [{ stream: 'Contact', fields: [{ from: 'Role__c', to: '役職' }] }] };
const role = (server: OrttoSimulator, config: JsonObject = ROLE) =>
  runWrite(server, {
    streams: { Contact: ['Id', 'Email', 'Role__c'] },
    lines: [record('Contact', { Id: contactId(1), Email: 'ana@corp.test', Role__c: '部長' }), state('Contact', 1)],
    config,
  });

test('a field with a Japanese name works where Ortto gives it an id, twice over', async () => {
  await role(ortto);
  const run = await role(ortto);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ merged: 1 });
  expect(fieldsOf('str:cm:役職')).toEqual(['部長']);
});

test('where Ortto makes no id of such letters, a config error says so and what to write instead', async () => {
  const latin = await startOrtto({ switches: { foreignLetters: 'dropped' } });
  try {
    const refused = await role(latin);
    expect(errorsOf(refused)).toMatchObject([
      {
        failure_type: 'config_error',
        message: expect.stringMatching(/"役職" gives no id in Ortto.* write a name with letters a to z/),
      },
    ]);
    expect(stateIds(refused)).toEqual([]);
    const mixed = await role(latin, {
      objects: [{ stream: 'Contact', fields: [{ from: 'Role__c', to: '役職 role' }] }],
    });
    expect(ledgerOf(mixed, 'Contact')).toMatchObject({ created: 1 });
    expect(latin.cdp.people()[0]?.fields).toMatchObject({ 'str:cm:-role': '部長' });
  } finally {
    await latin.close();
  }
});

test('a name of no letter at all is a config error before anything is created', async () => {
  const run = await role(ortto, { objects: [{ stream: 'Contact', fields: [{ from: 'Role__c', to: '🎖️' }] }] });
  expect(errorsOf(run)).toMatchObject([{ message: expect.stringMatching(/Contact\.Role__c: "🎖️" gives no id/) }]);
  expect(Object.keys(ortto.counts.calls).filter((path) => !path.endsWith('get'))).toEqual([]);
});
