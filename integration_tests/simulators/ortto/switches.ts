import { accountSwitches } from './switches/account-switches.ts';
import { activitySwitches } from './switches/activity-switches.ts';
import { answerSwitches } from './switches/answer-switches.ts';
import { matchSwitches } from './switches/match-switches.ts';
import { readingSwitches } from './switches/reading-switches.ts';
import { valueSwitches } from './switches/value-switches.ts';

// What Ortto's public material leaves open (docs/vendors.md lists it): each question is a switch with the answers there may be.

const table = {
  ...answerSwitches,
  ...matchSwitches,
  ...valueSwitches,
  ...accountSwitches,
  ...readingSwitches,
  ...activitySwitches,
};

type Table = typeof table;

export type Switches = { readonly [Name in keyof Table]: Table[Name]['positions'][number] };

export interface SwitchDescription {
  readonly name: keyof Table;
  /** Default first. */
  readonly positions: readonly (string | number)[];
  readonly about: string;
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
