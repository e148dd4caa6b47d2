import type { Operator } from '../../source-salesforce-cdp/config.ts';

// What the design says an operator means, of a value as a row of the org shows it.

export const NOW = new Date('2026-03-04T12:00:00Z');

const lower = (value: unknown): string | undefined => (typeof value === 'string' ? value.toLowerCase() : undefined);
export const listed = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

type Holds = Partial<Record<Operator, (own: unknown, value: string) => boolean>>;

/** Meaning of the operators that every type has, from what makes an own value equal a given text. */
const equality = (equals: (own: unknown, value: string) => boolean): Holds => ({
  is: equals,
  is_not: (own, value) => !equals(own, value),
  in: (own, value) => listed(value).some((item) => equals(own, item)),
  not_in: (own, value) => !listed(value).some((item) => equals(own, item)),
});
const emptiness: Holds = { empty: (own) => own === null, not_empty: (own) => own !== null };
const order = (of: (value: unknown) => number | undefined): Holds => ({
  greater_than: (own, value) => (of(own) ?? Number.NaN) > (of(value) ?? Number.NaN),
  less_than: (own, value) => (of(own) ?? Number.NaN) < (of(value) ?? Number.NaN),
});
const days = (instant: number): number => Math.floor(instant / 86_400_000);
const recency: Holds = {
  in_last_days: (own, value) => {
    if (typeof own !== 'string') return false;
    const ago = days(NOW.getTime()) - days(Date.parse(own));
    return ago >= 0 && ago <= Number(value);
  },
};
const instant = (value: unknown): number | undefined =>
  typeof value === 'string' ? Date.parse(value.trim()) : undefined;
const amount = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
const timeOfDay = (value: unknown): number | undefined =>
  typeof value === 'string' ? Date.parse(`1970-01-01T${value.trim().replace(/Z?$/, 'Z')}`) : undefined;
const sameBy = (of: (value: unknown) => number | undefined): Holds =>
  equality((own, value) => own !== null && of(own) === of(value));

export const text: Holds = {
  ...equality((own, value) => lower(own) === value.toLowerCase()),
  ...emptiness,
  contains: (own, value) => lower(own)?.includes(value.toLowerCase()) ?? false,
  starts_with: (own, value) => lower(own)?.startsWith(value.toLowerCase()) ?? false,
};
const reference: Holds = {
  ...equality((own, value) => typeof own === 'string' && own.startsWith(value.trim().slice(0, 15))),
  ...emptiness,
};
const options: Holds = {
  ...equality((own, value) => {
    const chosen = lower(own)?.split(';') ?? [];
    return value
      .toLowerCase()
      .split(';')
      .every((option) => chosen.includes(option));
  }),
  ...emptiness,
};
const boolean: Holds = {
  is: (own, value) => own === (value.trim().toLowerCase() === 'true'),
  is_not: (own, value) => own !== (value.trim().toLowerCase() === 'true'),
};
const number: Holds = { ...sameBy(amount), ...order(amount), ...emptiness };
const moment: Holds = { ...sameBy(instant), ...order(instant), ...recency, ...emptiness };
const time: Holds = { ...sameBy(timeOfDay), ...order(timeOfDay), ...emptiness };

export const MEANING: Readonly<Record<string, Holds>> = {
  id: reference,
  reference,
  multipicklist: options,
  boolean,
  int: number,
  double: number,
  currency: number,
  percent: number,
  date: moment,
  datetime: moment,
  time,
};
