/** Open questions: what a merge call answers. The first position of each is the default. */
export const answerSwitches = {
  verdictId: {
    positions: ['always', 'unless-skipped', 'never'],
    about: 'which rows of a merge answer carry person_id (account_id)',
  },
  ignoredStatus: {
    positions: ['skipped', 'merged', 'unchanged'],
    about: 'status of an existing person under merge strategy 3',
  },
  absentStatus: {
    positions: ['skipped', 'merged', 'not_found'],
    about: 'status of a row nobody matches under skip_non_existing',
  },
  mixedBatch: {
    positions: ['rows', 'refused', 'refused-without-details'],
    about: 'a batch with good and bad rows: 200 with a verdict per row, or 400 and nothing written',
  },
  rowError: {
    positions: ['names-field', 'says-nothing'],
    about: 'whether the error of a row with a bad value names its field',
  },
  mergeAnswer: {
    positions: ['verdict', 'queued', 'queued-with-id'],
    about: 'what a synchronous merge answers',
  },
  accountIdKey: {
    positions: ['account_id', 'organization_id', 'id'],
    about: 'how a verdict on an account spells its id',
  },
} as const;
