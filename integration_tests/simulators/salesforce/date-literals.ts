// SOQL's relative dates as half-open spans of time, in the org's zone, which is UTC.

export interface Span {
  /** Milliseconds; the span holds `from` and everything before `to`. */
  readonly from: number;
  readonly to: number;
}

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

/** Start of the unit that lies `offset` units from the one `now` is in. Weeks start on Sunday. */
const startOf = (unit: Unit, now: number, offset: number): number => {
  const date = new Date(now);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const starts: Readonly<Record<Unit, number>> = {
    DAY: Date.UTC(year, month, date.getUTCDate() + offset),
    WEEK: Date.UTC(year, month, date.getUTCDate() - date.getUTCDay() + 7 * offset),
    MONTH: Date.UTC(year, month + offset, 1),
    QUARTER: Date.UTC(year, month - (month % 3) + 3 * offset, 1),
    YEAR: Date.UTC(year + offset, 0, 1),
  };
  return starts[unit];
};

const units = (unit: Unit, now: number, first: number, last: number): Span => ({
  from: startOf(unit, now, first),
  to: startOf(unit, now, last + 1),
});

const NAMED: Readonly<Record<string, readonly [Unit, number]>> = {
  YESTERDAY: ['DAY', -1],
  TODAY: ['DAY', 0],
  TOMORROW: ['DAY', 1],
};

const isUnit = (text: string): text is Unit => ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'].includes(text);

const relative = (literal: string, now: number): Span | undefined => {
  const [, which, word] = /^(LAST|THIS|NEXT)_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)$/.exec(literal) ?? [];
  if (which === undefined || word === undefined || !isUnit(word)) return undefined;
  const offset = which === 'LAST' ? -1 : which === 'NEXT' ? 1 : 0;
  return units(word, now, offset, offset);
};

const counted = (literal: string, now: number): Span | undefined => {
  const [, which, plural, count] = /^(LAST|NEXT)_N_(?:FISCAL_)?([A-Z]+)S:(\d+)$/.exec(literal) ?? [];
  if (which !== undefined && plural !== undefined && isUnit(plural)) {
    const n = Number(count);
    if (which === 'NEXT') return units(plural, now, 1, n);
    // The last n days include today; the last n weeks, months … end before the current one.
    return plural === 'DAY' ? units('DAY', now, -n, 0) : units(plural, now, -n, -1);
  }
  const [, ago, days] = /^N_(?:FISCAL_)?([A-Z]+)S_AGO:(\d+)$/.exec(literal) ?? [];
  return ago !== undefined && isUnit(ago) ? units(ago, now, -Number(days), -Number(days)) : undefined;
};

/** The span a literal such as `LAST_N_DAYS:30` or `THIS_MONTH` means at this moment; undefined for an unknown one. */
export const literalSpan = (literal: string, now: number): Span | undefined => {
  const upper = literal.toUpperCase();
  const named = NAMED[upper];
  if (named !== undefined) return units(named[0], now, named[1], named[1]);
  if (upper === 'LAST_90_DAYS') return { from: startOf('DAY', now, -90), to: startOf('DAY', now, 1) };
  if (upper === 'NEXT_90_DAYS') return units('DAY', now, 1, 90);
  return relative(upper, now) ?? counted(upper, now);
};

/** The day (YYYY-MM-DD) an instant falls on. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
