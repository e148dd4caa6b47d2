import { Faker, base, en } from '@faker-js/faker';

// Names, places and texts to draw from. Made once per org: drawing is then fast enough for half a million rows.

export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  /** In [0, below). */
  readonly below: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** The same numbers for the same seed, on every machine (mulberry32). */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (from) => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new Error('Nothing to pick from');
      return picked;
    },
  };
};

/** Texts that break careless code: quotes, separators, line ends, things that look like numbers, nulls or formulas. */
export const NASTY_TEXTS: readonly string[] = [
  `O'Brien & "Sons", Ltd.`,
  'one, two; three\tfour',
  'first line\nsecond line',
  'carriage\r\nreturn',
  '"',
  '""',
  '",\n"',
  'back\\slash \\n \\',
  '01234',
  '1e5',
  'NA',
  'N/A',
  'null',
  'None',
  'NaN',
  'true',
  '#N/A',
  '=SUM(A1)',
  '100% _sure_',
  'Zoë Ångström ÉCOLE',
  '日本語の名前',
  'שלום',
  'family 👨‍👩‍👧 😀',
  '-',
  '<b>&amp;</b>',
  '\u00a0non\u2028breaking',
];

export interface Pools {
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
  readonly companies: readonly string[];
  readonly streets: readonly string[];
  readonly places: readonly {
    readonly city: string;
    readonly state: string;
    readonly code: string;
    readonly country: string;
  }[];
  readonly titles: readonly string[];
  readonly departments: readonly string[];
  readonly subjects: readonly string[];
  readonly sentences: readonly string[];
}

export const createPools = (seed: number): Pools => {
  const faker = new Faker({ locale: [en, base] });
  faker.seed(seed);
  const many = (count: number, make: () => string): string[] => Array.from({ length: count }, make);
  return {
    firstNames: many(300, () => faker.person.firstName()),
    lastNames: many(500, () => faker.person.lastName()),
    companies: many(500, () => faker.company.name()),
    streets: many(300, () => faker.location.streetAddress()),
    places: Array.from({ length: 120 }, () => ({
      city: faker.location.city().slice(0, 40),
      state: faker.location.state(),
      code: faker.location.zipCode(),
      country: faker.helpers.arrayElement(['United States', 'Australia', 'Germany', 'Japan', 'Brazil']),
    })),
    titles: many(60, () => faker.person.jobTitle()),
    departments: many(20, () => faker.commerce.department()),
    subjects: ['Call', 'Email', 'Send Letter', 'Follow up', 'Send quote', 'Demo', ...NASTY_TEXTS.slice(0, 4)],
    sentences: many(80, () => faker.lorem.sentence()),
  };
};
