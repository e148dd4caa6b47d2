import type { Org } from '../org.ts';
import { dayOf } from '../date-literals.ts';
import type { Stored } from '../store.ts';
import { NASTY_TEXTS, createPools, createRandom, type Pools, type Random } from '../pools.ts';

/** The values of one row; what is left out gets its field's default. */
export type RowValues = Record<string, Stored>;

export const DAY = 86_400_000;

/** Draws the values of rows from one sequence of random numbers, so their order decides what the org looks like. */
export interface Draws extends Random {
  readonly pools: Pools;
  /** The org's time, to the second, in milliseconds. */
  readonly now: number;
  readonly maybe: <T>(probability: number, value: () => T) => T | null;
  /** One of these texts, or now and then a nasty one, cut to this length. */
  readonly text: (from: readonly string[], length: number) => string;
  readonly note: () => string;
  /** An amount below `limit` with two decimals. */
  readonly cents: (limit: number) => number;
  /** A moment in the last `days` days, but not in the last hour. */
  readonly instantWithin: (days: number) => number;
  /** A day between these two, counted from today. */
  readonly day: (fromDays: number, toDays: number) => string;
  /** Some of these options, at least one, as a multi-select value. */
  readonly severalOf: (from: readonly string[]) => string;
  readonly phone: () => string;
  /** The parts of an address whose field names begin with `prefix`; a quarter have none. */
  readonly address: (prefix: string) => RowValues;
  readonly companyName: (number: number) => string;
}

export const createDraws = (
  org: Org,
  options: { readonly seed: number; readonly nulBytes?: boolean | undefined },
): Draws => {
  const random = createRandom(options.seed);
  const pools = createPools(options.seed);
  const now = Math.floor(org.now() / 1000) * 1000;
  const { chance, pick, below } = random;
  const maybe = <T>(probability: number, value: () => T): T | null => (chance(probability) ? value() : null);
  const text = (from: readonly string[], length: number): string =>
    (chance(0.03) ? pick(NASTY_TEXTS) : pick(from)).slice(0, length);

  return {
    ...random,
    pools,
    now,
    maybe,
    text,
    note: () => (options.nulBytes === true && chance(0.1) ? `nul\0byte` : text(pools.sentences, 32_000)),
    cents: (limit) => below(limit * 100) / 100,
    instantWithin: (days) => now - 3_600_000 - below(days * 86_400) * 1000,
    day: (fromDays, toDays) => dayOf(now + (fromDays + below(toDays - fromDays)) * DAY),
    severalOf: (from) => from.filter(() => chance(0.4)).join(';') || pick(from),
    phone: () => `+1 ${200 + below(800)} ${200 + below(800)} ${String(below(10_000)).padStart(4, '0')}`,
    address: (prefix) => {
      if (chance(0.25)) return {};
      const place = pick(pools.places);
      const isPlaced = chance(0.2);
      return {
        [`${prefix}Street`]: text(pools.streets, 255),
        [`${prefix}City`]: place.city,
        [`${prefix}State`]: maybe(0.8, () => place.state),
        [`${prefix}PostalCode`]: chance(0.1) ? '01234' : place.code,
        [`${prefix}Country`]: place.country,
        [`${prefix}Latitude`]: isPlaced ? below(180_000) / 1000 - 90 : null,
        [`${prefix}Longitude`]: isPlaced ? below(360_000) / 1000 - 180 : null,
        [`${prefix}GeocodeAccuracy`]: isPlaced ? 'Zip' : null,
      };
    },
    companyName: (number) =>
      number % 17 === 0 ? `${pick(NASTY_TEXTS)} ${number}` : `${pools.companies[number % pools.companies.length]}`,
  };
};
