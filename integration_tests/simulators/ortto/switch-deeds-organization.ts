import { expect } from 'vitest';
import { createCustomField, getSchema } from './custom-fields.ts';
import { addContacts } from './links.ts';
import { accountId, ana, merge, mergeAccounts, personId, statuses } from './switch-deeds.ts';
import type { Deeds } from './switch-deeds.ts';

export const organizationDeeds: Deeds = {
  accountIdKey: [
    (instance) => mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }]),
    { accounts: [{ account_id: expect.any(String), status: 'created' }] },
    { accounts: [{ organization_id: expect.any(String), status: 'created' }] },
    { accounts: [{ id: expect.any(String), status: 'created' }] },
  ],
  organizationKeys: [
    (instance) =>
      statuses(
        mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }], {
          merge_by: ['str:o:website', 'str:o:name', 'str:o:postal'],
        }),
      ),
    [400],
    ['created'],
  ],
  organizationFindAll: [
    (instance) => statuses(mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }], { find_strategy: 2 })),
    ['created'],
    [400],
  ],
  organizationSkipNonExisting: [
    (instance) =>
      statuses(mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }], { skip_non_existing: true })),
    ['created'],
    ['skipped'],
  ],
  organizationClearFields: [
    (instance) => {
      const named = { 'str:o:name': 'Acme' };
      mergeAccounts(instance, [{ fields: { ...named, 'str:o:postal': '0150' } }]);
      mergeAccounts(instance, [{ fields: named, clear_fields: { 'str:o:postal': true } }]);
      return Array.from(instance.organizations.all(), ({ fields }) => fields.get('str:o:postal'));
    },
    [undefined],
    ['0150'],
  ],
  linkKey: [
    (instance) => {
      merge(instance, [ana]);
      mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }]);
      return ['accounts_id', 'account_id', 'organization_id'].filter((key) => {
        for (const person of instance.people.all()) person.organizationId = undefined;
        addContacts(instance, { inclusion_ids: [personId(instance)], [key]: accountId(instance) });
        return Array.from(instance.people.all()).some(({ organizationId }) => organizationId !== undefined);
      });
    },
    ['accounts_id', 'account_id', 'organization_id'],
    ['accounts_id'],
    ['account_id'],
    ['organization_id'],
  ],
  secondOrganization: [
    (instance) => {
      merge(instance, [ana]);
      mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }, { fields: { 'str:o:name': 'Bolt' } }]);
      for (const index of [0, 1]) {
        addContacts(instance, { inclusion_ids: [personId(instance)], accounts_id: accountId(instance, index) });
      }
      return Array.from(instance.organizations.all(), ({ members }) => members.size);
    },
    [0, 1],
    [1, 0],
  ],
  accountFieldNamespace: [
    (instance) => {
      createCustomField(instance, instance.organizations, { name: 'Sap id', type: 'text' });
      const { namespaces } = getSchema(instance, {}).body as { namespaces: { [name: string]: { fields: object } } };
      return Object.keys(namespaces).filter((name) => 'str:oc:sap-id' in (namespaces[name]?.fields ?? {}));
    },
    ['oc'],
    ['o'],
  ],
};
