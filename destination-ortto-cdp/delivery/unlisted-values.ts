import type { Log } from '../../airbyte/connector.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { UnlistedValue } from '../records/mapped.ts';

/**
 * Counts what permissions' fields contain besides the values of their lists, so that the user hears of it. No other value of a
 * record is ever named, and of these none that may be about a person: a permission has few values, and they are short.
 */
export interface UnlistedValues {
  /** Of one record. */
  readonly count: (stream: string, values: readonly UnlistedValue[]) => void;
  /** The values that are opt-outs because `opted_in_when` does not have them, field by field, with how often each came. */
  readonly implied: (stream: string) => string;
  /** Logs every value with how often it came. */
  readonly print: (log: Log) => void;
}

/** More different values than this are no choice between a few, but a text. */
const MAX_VALUES = 20;
const VALUE_LENGTH = 40;

interface Tally {
  readonly stream: string;
  readonly from: string;
  readonly kind: UnlistedValue['kind'];
  /** By the value without case. */
  readonly values: Map<string, { readonly text: string; count: number }>;
  total: number;
  isText: boolean;
}

export const createUnlistedValues = (ledger: Pick<Ledger, 'note'>): UnlistedValues => {
  const tallies = new Map<string, Tally>();

  const tallyOf = (stream: string, { from, kind }: UnlistedValue): Tally => {
    const key = `${stream}.${from}`;
    const found = tallies.get(key);
    if (found !== undefined) return found;
    const fresh: Tally = { stream, from, kind, values: new Map(), total: 0, isText: false };
    tallies.set(key, fresh);
    return fresh;
  };

  return {
    count(stream, values) {
      for (const value of values) add(tallyOf(stream, value), shown(value.text));
      if (values.some(({ kind }) => kind !== 'opted_in_when')) ledger.note(stream, 'not_in_list', 1);
    },
    implied: (stream) =>
      [...tallies.values()]
        .filter((tally) => tally.stream === stream && tally.kind === 'opted_in_when')
        .map((tally) => `${tally.from}: ${named(tally)}`)
        .join('; '),
    print(log) {
      for (const tally of tallies.values()) {
        const field = `${tally.stream}.${tally.from}`;
        if (tally.kind === 'opted_in_when') {
          log.info(`${field}: taken as opted out, because opted_in_when does not have them: ${named(tally)}`);
        } else if (tally.kind === 'opted_out_when') {
          log.info(`${field}: not taken as opted out, because opted_out_when does not have them: ${named(tally)}`);
        } else {
          log.warn(
            `${field}: not taken as opted out, because they are neither true nor false: ${named(tally)}. Say what they mean with opted_out_when or opted_in_when`,
          );
        }
      }
    },
  };
};

const add = (tally: Tally, text: string): void => {
  tally.total += 1;
  if (tally.isText) return;
  const key = text.toLowerCase();
  const value = tally.values.get(key) ?? { text, count: 0 };
  value.count += 1;
  tally.values.set(key, value);
  if (tally.values.size <= MAX_VALUES) return;
  tally.isText = true;
  tally.values.clear();
};

const NOT_SHOWN = '(not shown)';

/** The value as it may stand in a log: cut, and not at all where it looks like an address or a number of somebody. */
const shown = (text: string): string => {
  if (/@|\d(?:\D?\d){5}/.test(text)) return NOT_SHOWN;
  return text.length <= VALUE_LENGTH ? text : `${Array.from(text).slice(0, VALUE_LENGTH).join('')}…`;
};

const named = ({ values, total, isText }: Tally): string => {
  if (isText) return `${amount(total)} records with more than ${MAX_VALUES} different values, which are not named`;
  return [...values.values()]
    .toSorted((one, two) => two.count - one.count)
    .map(({ text, count }) => `${quoted(text)} (${amount(count)})`)
    .join(', ');
};

const quoted = (text: string): string => {
  if (text === '') return 'empty';
  return text === NOT_SHOWN ? text : JSON.stringify(text);
};

const amount = (count: number): string => count.toLocaleString('en-US');
