/** Open questions: which person or account a row of a merge is about. The first position of each is the default. */
export const matchSwitches = {
  keylessRow: {
    positions: ['invalid', 'created'],
    about: 'a row without a value for any match key',
  },
  emaillessRow: {
    positions: ['accepted', 'invalid-on-create', 'invalid'],
    about: 'a person row with neither str::email nor str::ei, not addressed by person_id',
  },
  keyWinner: {
    positions: ['oldest', 'newest'],
    about: 'who wins when several share a key value',
  },
  emailMatch: {
    positions: ['insensitive', 'sensitive'],
    about: 'letter case when str::email is compared',
  },
  textMatch: {
    positions: ['sensitive', 'insensitive'],
    about: 'letter case when any other text key is compared',
  },
  emptyStringKey: {
    positions: ['absent', 'value'],
    about: 'whether "" is a match key value like any other',
  },
  previousKeys: {
    positions: ['all-empty', 'last-empty'],
    about: 'find strategy 1, third key: which earlier keys the person must not have',
  },
  missingFirstKey: {
    positions: ['unclaimed', 'anyone'],
    about: 'find strategy 1, a row without the first key: which people its second key may find',
  },
  duplicatesInRequest: {
    positions: ['sequential', 'race'],
    about: 'whether a row sees the person an earlier row of its request created',
  },
  archivedMatch: {
    positions: ['merged', 'restored', 'unseen'],
    about: 'a match key that only an archived person has',
  },
  unknownPersonId: {
    positions: ['invalid', 'skipped', 'created'],
    about: 'a row with the id of nobody',
  },
} as const;
