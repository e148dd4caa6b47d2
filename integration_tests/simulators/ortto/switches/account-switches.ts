/** Open questions: what accounts take, and how people are linked to them. The first position of each is the default. */
export const accountSwitches = {
  organizationKeys: {
    positions: [2, 3],
    about: 'how many match keys accounts/merge takes',
  },
  organizationFindAll: {
    positions: ['honoured', 'refused'],
    about: 'find strategy 2 in accounts/merge',
  },
  organizationSkipNonExisting: {
    positions: ['ignored', 'honoured'],
    about: 'skip_non_existing in accounts/merge',
  },
  organizationClearFields: {
    positions: ['honoured', 'ignored'],
    about: 'clear_fields in accounts/merge',
  },
  linkKey: {
    positions: ['any', 'accounts_id', 'account_id', 'organization_id'],
    about: 'which key of contacts/add and /remove names the account',
  },
  linkPath: {
    positions: ['both', 'accounts', 'organizations'],
    about: 'under which path contacts/add has an effect; the other is answered alike',
  },
  secondOrganization: {
    positions: ['moves', 'refused'],
    about: 'adding a person who already belongs to another account (refused: 200 and no effect)',
  },
} as const;
