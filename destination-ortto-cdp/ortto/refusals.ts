// What Ortto's refusals mean: for each status and the call it answers, what happens next.

/** What was asked of Ortto, to the extent that it determines what a refusal means. */
export type Call =
  | 'read'
  | 'look_up'
  | 'merge'
  | 'record'
  | 'archive'
  | 'link'
  | 'unlink'
  | 'create_field'
  | 'add_options'
  | 'define_activity';

/** What happens next. */
export type Next =
  /** A passing problem: the same request is sent again after a wait. */
  | 'repeat'
  /** Some rows are at fault: find out which, and send the others. */
  | 'isolate'
  /** The filter holds more than Ortto accepts: ask with fewer conditions. */
  | 'narrow'
  /** Ortto will not do this one thing: the caller continues without it. */
  | 'do_without'
  /** The sync ends as a ConfigError: the user must change something. */
  | 'change_config'
  /** The sync ends as a TransientError: the next one may succeed. */
  | 'try_later';

/** Facts that a sentence may mention. */
export interface RefusedCall {
  readonly status: number;
  readonly host: string;
  readonly path: string;
}

/** Who wrote the answer, by its form: Ortto, or something between here and Ortto, such as a CDN or a proxy. */
export type Author = 'ortto' | 'other';

export interface Refusal {
  /** Statuses, or the first and last of a range; empty for any status. */
  readonly statuses: readonly (number | readonly [number, number])[];
  /** The calls it applies to; absent for any call. */
  readonly calls?: readonly Call[];
  /** Who must have written the answer; absent for either. */
  readonly author?: Author;
  /** For the documentation. */
  readonly cause: string;
  readonly next: Next;
  /** For the user, where the refusal ends the sync or is repeated. */
  readonly sentence: (refused: RefusedCall) => string;
}

const answered = ({ status }: RefusedCall): string => `Ortto answered ${status}`;
const refused = ({ status, path }: RefusedCall): string => `Ortto refused ${path} (${status})`;

/** The first row that matches a status, a call and the author of the answer applies. */
export const REFUSALS: readonly Refusal[] = [
  {
    statuses: [408, 429, 500, [502, 506], [508, 599]],
    cause: 'Ortto is busy or in trouble',
    next: 'repeat',
    sentence: answered,
  },
  {
    statuses: [403, 404, 405, 410],
    author: 'other',
    cause: "not Ortto's own answer: a proxy, a CDN, or another server at this address",
    next: 'repeat',
    sentence: ({ status }) =>
      `Something between here and Ortto answered ${status}, not Ortto itself; check region and api_url, then the proxy`,
  },
  {
    statuses: [401],
    cause: 'the API key is unknown',
    next: 'change_config',
    sentence: ({ host }) =>
      `Ortto does not recognize this API key at ${host}. Check api_key, and that region is where your instance is hosted: a key works only there.`,
  },
  {
    statuses: [403],
    cause: 'the account or the data source is closed',
    next: 'change_config',
    sentence: () =>
      'Ortto recognizes this API key but refuses it (403): the account has expired, or the user who connected the Custom API data source has left. Renew the account, or reconnect the data source.',
  },
  {
    statuses: [507],
    cause: "the plan's contact limit is reached",
    next: 'change_config',
    sentence: () =>
      "Ortto's contact limit for your plan is reached (507), so it accepts no new people. Raise the limit, archive people, or set people.create_new to false; then sync again.",
  },
  {
    statuses: [400, 413],
    calls: ['merge', 'record'],
    cause: 'some of the rows are not valid, or the request is too large',
    next: 'isolate',
    sentence: refused,
  },
  {
    statuses: [400],
    calls: ['look_up'],
    cause: 'the filter holds too many conditions',
    next: 'narrow',
    sentence: refused,
  },
  {
    statuses: [400],
    calls: ['link'],
    cause: 'the organization has no room for these people',
    next: 'do_without',
    sentence: refused,
  },
  {
    statuses: [400, 409, 423],
    calls: ['create_field'],
    cause: 'the name is taken, or the plan has no room for another field',
    next: 'do_without',
    sentence: refused,
  },
  {
    statuses: [],
    calls: ['unlink', 'add_options', 'define_activity'],
    cause: 'already done, or not possible; whatever depends on it will show that',
    next: 'do_without',
    sentence: refused,
  },
  {
    statuses: [404, 405, 410, 501],
    cause: 'no Ortto API at this address',
    next: 'change_config',
    sentence: ({ host, path, status }) =>
      `${host} has no Ortto endpoint ${path} (${status}). Check region and api_url.`,
  },
  { statuses: [], cause: 'not documented', next: 'try_later', sentence: refused },
];

/** What an unsuccessful status means for a call. */
export const refusalOf = (status: number, call: Call, author: Author): Refusal => {
  const found = REFUSALS.find(
    ({ statuses, calls, author: wanted }) =>
      (calls === undefined || calls.includes(call)) &&
      (wanted === undefined || wanted === author) &&
      (statuses.length === 0 ||
        statuses.some((each) => (typeof each === 'number' ? each === status : status >= each[0] && status <= each[1]))),
  );
  if (found === undefined) throw new Error(`No row for status ${status} of call ${call}`);
  return found;
};
