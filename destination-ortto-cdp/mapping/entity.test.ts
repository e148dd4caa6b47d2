import { expect, test } from 'vitest';
import { CONTACT, entity, plan, targets, texts } from '../fixtures/mapping-plan.ts';
import type { Properties } from '../fixtures/mapping-plan.ts';

test('rules follow from the row, the boxes and the merge strategy, whichever is strictest', () => {
  const rules = (settings: { readonly [key: string]: unknown }) =>
    Object.fromEntries(
      entity(plan({ Contact: { ...CONTACT, ...texts('Title') } }, settings).streams[0]).fields.map(({ from, rule }) => [
        from,
        rule,
      ]),
    );
  expect(rules({})).toEqual({
    FirstName: 'overwrite',
    Email: 'overwrite',
    HasOptedOutOfEmail: 'overwrite',
    Title: 'overwrite',
  });
  expect(rules({ modify_system_fields: { mode: 'selected', fields: ['email'] } })).toEqual({
    FirstName: 'on_create',
    Email: 'overwrite',
    HasOptedOutOfEmail: 'on_create',
    Title: 'overwrite',
  });
  expect(rules({ people: { merge_strategy: 'append_only' } })).toEqual({
    FirstName: 'if_empty',
    Email: 'if_empty',
    HasOptedOutOfEmail: 'overwrite',
    Title: 'if_empty',
  });
  expect(
    rules({
      modify_system_fields: { mode: 'if_empty' },
      objects: [
        {
          stream: 'Contact',
          fields: [
            { from: 'FirstName', to: 'first_name', rule: 'on_create' },
            { from: 'Title', to: 'Job title', rule: 'if_empty' },
          ],
        },
      ],
    }),
  ).toEqual({ FirstName: 'on_create', Email: 'if_empty', HasOptedOutOfEmail: 'on_create', Title: 'if_empty' });
});

test('system fields keep their value when Salesforce has none, custom ones are cleared, unless a row says otherwise', () => {
  const { streams } = plan(
    { Contact: { ...CONTACT, ...texts('Title', 'Department') } },
    { objects: [{ stream: 'Contact', fields: [{ from: 'Department', to: 'Department', nulls: 'ignore' }] }] },
  );
  const nulls = Object.fromEntries(entity(streams[0]).fields.map((field) => [field.from, field.nulls]));
  expect(nulls).toMatchObject({ FirstName: 'ignore', Title: 'clear', Department: 'ignore' });
});

test('a row of the user replaces that of the same field, and none drops it', () => {
  const { streams } = plan(
    { Contact: { ...CONTACT, ...texts('Title', 'Secret__c') } },
    {
      objects: [
        {
          stream: 'Contact',
          fields: [
            { from: 'Title', to: 'Role', type: 'single_select' },
            { from: 'FirstName', to: 'none' },
            { from: 'Secret__c', to: 'none' },
          ],
        },
      ],
    },
  );
  expect(targets(streams[0])).toEqual({ Email: 'str::email', HasOptedOutOfEmail: 'bol::p', Title: 'str:cm:role' });
});

test('match keys are those of the setting that the stream has, in order; none left is a problem', () => {
  const keys = (people: { readonly [key: string]: unknown }, properties: Properties = CONTACT) => {
    const { streams, problems } = plan({ Contact: properties }, { people });
    return problems.length > 0 ? problems : entity(streams[0]).keys;
  };
  expect(keys({})).toEqual(['str:cm:salesforce-contact-id', 'str::email']);
  expect(keys({ match_by: ['email', 'phone', 'salesforce_id'] })).toEqual([
    'str::email',
    'str:cm:salesforce-contact-id',
  ]);
  expect(keys({ match_by: ['phone'] })).toEqual([
    'Contact: the stream has none of the match keys (phone); select such a field or match by salesforce_id',
  ]);
});

test('leads hand over only where contacts arrive and the setting says so', () => {
  const leads = { Lead: texts('Email', 'IsConverted', 'ConvertedContactId') };
  expect(entity(plan({ ...leads, Contact: CONTACT }).streams[0]).handOver).toBe('str:cm:salesforce-contact-id');
  expect(entity(plan(leads).streams[0]).handOver).toBeUndefined();
  expect(
    entity(plan({ ...leads, Contact: CONTACT }, { merge_converted_leads: false }).streams[0]).handOver,
  ).toBeUndefined();
  expect(
    entity(plan({ ...leads, Contact: CONTACT }, { objects: [{ stream: 'Contact', target: 'none' }] }).streams[0])
      .handOver,
  ).toBeUndefined();
});

test('people follow their account, except that nobody who exists is touched under ignore', () => {
  expect(entity(plan({ Contact: CONTACT }).streams[0]).account).toEqual({
    id: 'str:cm:salesforce-account-id',
    rule: 'overwrite',
  });
  expect(entity(plan({ Contact: CONTACT }, { people: { merge_strategy: 'ignore' } }).streams[0]).account?.rule).toBe(
    'on_create',
  );
  expect(entity(plan({ Lead: texts('Email') }).streams[0]).account).toBeUndefined();
});

test('a stream without an opt-out is worth a warning', () => {
  expect(plan({ Contact: texts('Email') }).warnings).toEqual([
    'Contact: no field shows who opted out of email (HasOptedOutOfEmail is not selected), so Ortto treats every new person as subscribed',
  ]);
  expect(plan({ Contact: CONTACT }).warnings).toEqual([]);
});

const permission = (field: object, properties: Properties = texts('Consent__c')) =>
  plan(
    { Contact: { ...CONTACT, ...properties } },
    { objects: [{ stream: 'Contact', fields: [{ from: 'HasOptedOutOfEmail', to: 'none' }, field] }] },
  );
const BOOLEAN = { type: ['null', 'boolean'] } satisfies Properties[string];

test.each([
  [{ from: 'Consent__c', to: 'email_permission' }, texts('Consent__c'), /"opted_out_when": \["Opted out"\]/],
  [
    { from: 'Consent__c', to: 'bol::sp' },
    { Consent__c: BOOLEAN },
    /"to": "sms_permission", "opted_out_when": \["true"\]/,
  ],
  [{ from: 'HasOptedOut__c', to: 'email_permission' }, texts('HasOptedOut__c'), /nothing says which of its values/],
] as const)(
  'a permission whose values nobody explains is a problem before anything is written: %j',
  (field, properties, problem) => {
    const { problems, warnings } = permission(field, properties);
    expect(warnings).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toMatch(new RegExp(`^Contact\\.${field.from}: it goes to `));
  },
);

test('the example in that sentence is a row that is accepted', () => {
  const [problem = ''] = permission({ from: 'Consent__c', to: 'sms_permission' }).problems;
  const row = JSON.parse(/\{.*?\}/.exec(problem)?.[0] ?? '') as object;
  expect(permission(row).problems).toEqual([]);
});

test('checkboxes whose name says "opted out" need no list, and any permission may have one', () => {
  const consents = (field: object, properties: Properties = {}) => {
    const { streams, problems, notes } = permission(field, properties);
    expect(problems).toEqual([]);
    return { kind: entity(streams[0]).fields.find(({ consent }) => consent)?.consent?.kind, notes };
  };
  expect(consents({ from: 'DoNotCall', to: 'sms_permission' }, { DoNotCall: BOOLEAN }).kind).toBe('flag');
  expect(consents({ from: 'HasOptedOutOfSms__c', to: 'bol::sp' }, { HasOptedOutOfSms__c: BOOLEAN }).kind).toBe('flag');
  const parent = { Account: { type: 'object', properties: { HasOptedOutOfFax: BOOLEAN } } } satisfies Properties;
  expect(consents({ from: 'Account.HasOptedOutOfFax', to: 'bol::p' }, parent).kind).toBe('flag');
  const list = consents(
    { from: 'Consent__c', to: 'email_permission', opted_in_when: [' Yes', 'TRUE'] },
    texts('Consent__c'),
  );
  expect(list.kind).toBe('opted_in_when');
  expect(list.notes).toContain(
    'Contact.Consent__c: opted_in_when is read as "yes", "true" (email_permission); any other value, and none, takes the permission away',
  );
  expect(
    consents({ from: 'Consent__c', to: 'sms_permission', opted_out_when: ['No'] }, texts('Consent__c')).notes,
  ).toContain('Contact.Consent__c: opted_out_when is read as "no" (sms_permission); any other value changes nothing');
});
