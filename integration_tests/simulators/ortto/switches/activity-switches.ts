/** Open questions: what becomes of activities. The first position of each is the default. */
export const activitySwitches = {
  activityAnswer: {
    positions: ['queued', 'ingested'],
    about: 'what activities/create answers for a good row',
  },
  activityErrors: {
    positions: ['rows', 'silent'],
    about: 'a bad activity: an invalid row, or a row that says queued and vanishes',
  },
  activityIdentity: {
    positions: ['honoured', 'ignored'],
    about: 'whether key and created make a repeated activity one',
  },
  activityDay: {
    positions: ['created', 'received'],
    about: 'the day the 50 events of one activity and person are counted in',
  },
  activityExcess: {
    positions: ['dropped', 'invalid'],
    about: 'the 51st event of one activity, person and day',
  },
  oldActivity: {
    positions: ['invalid', 'dropped', 'accepted'],
    about: 'an activity further back than the retention',
  },
  futureActivity: {
    positions: ['accepted', 'invalid'],
    about: 'an activity in the future',
  },
} as const;
