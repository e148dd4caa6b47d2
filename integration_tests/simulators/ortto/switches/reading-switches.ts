/** Open questions: what the calls that read a CDP take and show. The first position of each is the default. */
export const readingSwitches = {
  filterClauses: {
    positions: [100_000, 200, 100, 50],
    about: 'how many conditions one filter may hold',
  },
  unknownFieldInGet: {
    positions: ['left-out', 'refused'],
    about: 'asking for a field that does not exist',
  },
  archivedById: {
    positions: ['returned', 'unseen'],
    about: 'archived people and accounts in get-by-ids',
  },
  accountFieldNamespace: {
    positions: ['oc', 'o'],
    about: 'where instance-schema/get lists custom account fields',
  },
  activitySchema: {
    positions: ['listed', 'unlisted'],
    about: 'whether instance-schema/get lists custom activities, with their attributes, below their namespace',
  },
} as const;
