/** Open questions: what becomes of the values of a row, and of calls with too many of them. The first position of each is the default. */
export const valueSwitches = {
  tagsUnderIgnore: {
    positions: ['applied', 'left'],
    about: 'tags of an existing person under merge strategy 3',
  },
  nullUnderAppend: {
    positions: ['ignored', 'clears'],
    about: 'null under merge strategy 1',
  },
  omittedPermission: {
    positions: ['kept', 'subscribes'],
    about: 'an update without bol::p (under merge strategy 2)',
  },
  wrongType: {
    positions: ['invalid', 'field-dropped'],
    about: "a value that is not of its field's JSON type",
  },
  readOnlyField: {
    positions: ['invalid', 'field-dropped'],
    about: 'a value for a read-only field',
  },
  overlongText: {
    positions: ['invalid', 'truncated'],
    about: 'text past the length of its field',
  },
  selectOutsideOptions: {
    positions: ['accepted', 'invalid'],
    about: 'a select value that is not among the options',
  },
  foreignLetters: {
    positions: ['kept', 'dropped'],
    about: 'letters other than a to z in the id of a new custom field or activity; without any other, there is no id',
  },
  duplicateName: {
    positions: [409, 400],
    about: 'status of a second custom field or activity of one name, and past the plan limit',
  },
  oversized: {
    positions: [400, 413],
    about: 'status of a call with too many rows or bytes',
  },
} as const;
