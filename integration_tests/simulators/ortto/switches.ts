// Past 250 lines: a table of what Ortto's public material leaves open. The first position of each row is the default.

const table = {
  verdictId: {
    positions: ['always', 'unless-skipped', 'never'],
    about: 'which rows of a merge answer carry person_id (account_id)',
    section: '2.6',
  },
  ignoredStatus: {
    positions: ['skipped', 'merged', 'unchanged'],
    about: 'status of an existing person under merge strategy 3',
    section: '2.6',
  },
  absentStatus: {
    positions: ['skipped', 'merged', 'not_found'],
    about: 'status of a row nobody matches under skip_non_existing',
    section: '2.6',
  },
  mixedBatch: {
    positions: ['rows', 'refused', 'refused-without-details'],
    about: 'a batch with good and bad rows: 200 with a verdict per row, or 400 and nothing written',
    section: '2.6',
  },
  mergeAnswer: {
    positions: ['verdict', 'queued', 'queued-with-id'],
    about: 'what a synchronous merge answers',
    section: '1.9',
  },
  accountIdKey: {
    positions: ['account_id', 'organization_id', 'id'],
    about: 'how a verdict on an account spells its id',
    section: '3.1',
  },
  keylessRow: {
    positions: ['invalid', 'created'],
    about: 'a row without a value for any match key',
    section: '2.2',
  },
  emaillessRow: {
    positions: ['accepted', 'invalid-on-create', 'invalid'],
    about: 'a person row with neither str::email nor str::ei, not addressed by person_id',
    section: '2.2',
  },
  keyWinner: {
    positions: ['oldest', 'newest'],
    about: 'who wins when several share a key value',
    section: '2.2',
  },
  emailMatch: {
    positions: ['insensitive', 'sensitive'],
    about: 'letter case when str::email is compared',
    section: '2.2',
  },
  textMatch: {
    positions: ['sensitive', 'insensitive'],
    about: 'letter case when any other text key is compared',
    section: '2.2',
  },
  emptyStringKey: {
    positions: ['absent', 'value'],
    about: 'whether "" is a match key value like any other',
    section: '2.4',
  },
  previousKeys: {
    positions: ['all-empty', 'last-empty'],
    about: 'find strategy 1, third key: which earlier keys the person must not have',
    section: '2.2',
  },
  missingFirstKey: {
    positions: ['unclaimed', 'anyone'],
    about: 'find strategy 1, a row without the first key: whom its second key may find',
    section: '2.2',
  },
  duplicatesInRequest: {
    positions: ['sequential', 'race'],
    about: 'whether a row sees the person an earlier row of its request created',
    section: '10',
  },
  archivedMatch: {
    positions: ['merged', 'restored', 'unseen'],
    about: 'a match key that only an archived person carries',
    section: '2.6',
  },
  unknownPersonId: {
    positions: ['invalid', 'skipped', 'created'],
    about: 'a row addressed by an id nobody has',
    section: '2.1',
  },
  tagsUnderIgnore: {
    positions: ['applied', 'left'],
    about: 'tags of an existing person under merge strategy 3',
    section: '2.3',
  },
  nullUnderAppend: {
    positions: ['ignored', 'clears'],
    about: 'null under merge strategy 1',
    section: '2.3',
  },
  omittedPermission: {
    positions: ['kept', 'subscribes'],
    about: 'an update without bol::p (under merge strategy 2)',
    section: '4.5',
  },
  wrongType: {
    positions: ['invalid', 'field-dropped'],
    about: "a value that is not of its field's JSON type",
    section: '2.6',
  },
  readOnlyField: {
    positions: ['invalid', 'field-dropped'],
    about: 'a value for a read-only field',
    section: '9.4',
  },
  overlongText: {
    positions: ['invalid', 'truncated'],
    about: 'text past the length of its field',
    section: '1.8',
  },
  selectOutsideOptions: {
    positions: ['accepted', 'invalid'],
    about: 'a select value that is not among the options',
    section: '4.6',
  },
  organizationKeys: {
    positions: [2, 3],
    about: 'how many match keys accounts/merge takes',
    section: '3.1',
  },
  organizationFindAll: {
    positions: ['honoured', 'refused'],
    about: 'find strategy 2 in accounts/merge',
    section: '3.1',
  },
  organizationSkipNonExisting: {
    positions: ['ignored', 'honoured'],
    about: 'skip_non_existing in accounts/merge',
    section: '3.1',
  },
  organizationClearFields: {
    positions: ['honoured', 'ignored'],
    about: 'clear_fields in accounts/merge',
    section: '3.1',
  },
  linkKey: {
    positions: ['any', 'accounts_id', 'account_id', 'organization_id'],
    about: 'which key of contacts/add and /remove names the account',
    section: '3.3',
  },
  secondOrganization: {
    positions: ['moves', 'refused'],
    about: 'adding a person who already belongs to another account (refused: 200 and no effect)',
    section: '3.3',
  },
  filterClauses: {
    positions: [100_000, 200, 100, 50],
    about: 'how many conditions one filter may hold',
    section: '4.2',
  },
  unknownFieldInGet: {
    positions: ['left-out', 'refused'],
    about: 'asking for a field that does not exist',
    section: '4.1',
  },
  archivedById: {
    positions: ['returned', 'unseen'],
    about: 'archived people and accounts in get-by-ids',
    section: '4.3',
  },
  accountFieldNamespace: {
    positions: ['oc', 'o'],
    about: 'where instance-schema/get lists custom account fields',
    section: '7',
  },
  activitySchema: {
    positions: ['listed', 'unlisted'],
    about: 'whether instance-schema/get lists custom activities, with their attributes, below their namespace',
    section: '7',
  },
  duplicateName: {
    positions: [409, 400],
    about: 'status of a second custom field or activity of one name, and past the plan limit',
    section: '4.6',
  },
  oversized: {
    positions: [400, 413],
    about: 'status of a call with too many rows or bytes',
    section: '1.8',
  },
  activityAnswer: {
    positions: ['queued', 'ingested'],
    about: 'what activities/create answers for a good row',
    section: '5.1',
  },
  activityErrors: {
    positions: ['rows', 'silent'],
    about: 'a bad activity: an invalid row, or a row that says queued and vanishes',
    section: '5.1',
  },
  activityIdentity: {
    positions: ['honoured', 'ignored'],
    about: 'whether key and created make a repeated activity one',
    section: '5.1',
  },
  activityDay: {
    positions: ['created', 'received'],
    about: 'the day the 50 events of one activity and person are counted in',
    section: '1.8',
  },
  activityExcess: {
    positions: ['dropped', 'invalid'],
    about: 'the 51st event of one activity, person and day',
    section: '1.8',
  },
  oldActivity: {
    positions: ['invalid', 'dropped', 'accepted'],
    about: 'an activity further back than the retention',
    section: '5.1',
  },
  futureActivity: {
    positions: ['accepted', 'invalid'],
    about: 'an activity in the future',
    section: '5.1',
  },
} as const;

type Table = typeof table;

export type Switches = { readonly [Name in keyof Table]: Table[Name]['positions'][number] };

export interface SwitchDescription {
  readonly name: keyof Table;
  /** Default first. */
  readonly positions: readonly (string | number)[];
  readonly about: string;
  /** Section of the Ortto reference that leaves it open. */
  readonly section: string;
}

/** Every switch, for tests that go through all positions. */
export const switchDescriptions: readonly SwitchDescription[] = Object.entries(table).map(([name, row]) =>
  Object.assign({ name: name as keyof Table }, row),
);

/** Every switch at its default, but for those given. */
export const readSwitches = (given: Partial<Switches> = {}): Switches => {
  const defaults = Object.fromEntries(switchDescriptions.map(({ name, positions }) => [name, positions[0]]));
  const switches = { ...defaults, ...given } as Switches;
  for (const { name, positions } of switchDescriptions) {
    if (!positions.includes(switches[name])) throw new RangeError(`${name} has no position ${switches[name]}`);
  }
  return switches;
};
