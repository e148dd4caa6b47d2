import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../airbyte/connector.ts';
import { TransientError } from '../../airbyte/errors.ts';
import { organizationOfPerson } from '../ortto/api.ts';
import type { Ortto } from '../ortto/api.ts';

// Ortto answers a link with `{}`, whatever came of it, and its documentation gives the call under more than one path. So links are read
// back: all of the first ones, until one is shown, and one person in a hundred after that.

export interface ConfirmedLinksOptions {
  readonly ortto: Ortto;
  readonly log: Log;
  /** When people are read back, in milliseconds after the previous check. */
  readonly looksMs: readonly number[];
}

/** What became of a call for several people. */
export interface Confirmed {
  /** In the organization, as far as was checked. */
  readonly linked: readonly string[];
  /** Ortto accepted the link and does not show it. */
  readonly missing: readonly string[];
}

export interface ConfirmedLinks {
  /**
   * Puts people, by Ortto id, into an organization; undefined when Ortto refuses. Throws TransientError when none of the first
   * hundred links is shown.
   */
  readonly link: (
    stream: string,
    organizationId: string,
    personIds: readonly string[],
  ) => Promise<Confirmed | undefined>;
  /** The organization of each person who has one, by Ortto ids. */
  readonly organizationsOf: (stream: string, personIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

const IDS_PER_LOOK_UP = 150;
/** Once links are known to work, one person in this many is checked. */
const SAMPLE = 100;
/** This many missing links cannot be a coincidence. */
const HOPELESS = 100;

export const createConfirmedLinks = ({ ortto, log, looksMs }: ConfirmedLinksOptions): ConfirmedLinks => {
  let spelling: 'current' | 'older' = 'current';
  let isProven = false;
  let missingSoFar = 0;
  let sinceSample = 0;
  /** Until links are proven, one call at a time: what the first one shows decides about the others. */
  let turn: Promise<unknown> = Promise.resolve();

  const organizationsOf: ConfirmedLinks['organizationsOf'] = async (stream, personIds) => {
    const current = new Map<string, string>();
    for (let start = 0; start < personIds.length; start += IDS_PER_LOOK_UP) {
      const ids = personIds.slice(start, start + IDS_PER_LOOK_UP);
      for (const { id, fields } of await ortto.getByIds(stream, 'person', ids, [organizationOfPerson])) {
        const value = fields[organizationOfPerson];
        if (typeof value === 'string') current.set(id, value);
      }
    }
    return current;
  };

  /** Those whom Ortto does not show in the organization, after some waiting. */
  const missingOf = async (stream: string, organizationId: string, personIds: readonly string[]): Promise<string[]> => {
    let missing = [...personIds];
    for (const waitMs of looksMs) {
      if (missing.length === 0) break;
      if (waitMs > 0) await sleep(waitMs);
      const current = await organizationsOf(stream, missing);
      missing = missing.filter((id) => current.get(id) !== organizationId);
    }
    return missing;
  };

  /** Reads all of them back, and tries the other spelling for those who are not there. */
  const confirm = async (stream: string, organizationId: string, personIds: readonly string[]): Promise<Confirmed> => {
    const absent = await missingOf(stream, organizationId, personIds);
    const other = spelling === 'current' ? 'older' : 'current';
    const isWorthIt = absent.length > 0 && (await ortto.link(stream, organizationId, absent, other));
    const missing = isWorthIt ? await missingOf(stream, organizationId, absent) : absent;
    if (absent.length === personIds.length && missing.length < absent.length) spelling = other;
    const linked = personIds.filter((id) => !missing.includes(id));
    if (linked.length > 0) isProven = true;
    if (missing.length > 0 && missingSoFar === 0) {
      log.warn(
        'Ortto accepted links from people to an organization but does not show them; they count as link_refused',
      );
    }
    missingSoFar += missing.length;
    if (!isProven && missingSoFar >= HOPELESS) {
      throw new TransientError(
        `Ortto accepted ${missingSoFar} links from people to organizations but shows none of them; the next sync will try again`,
      );
    }
    return { linked, missing };
  };

  const sampled = async (stream: string, organizationId: string, personIds: readonly string[]): Promise<Confirmed> => {
    sinceSample += personIds.length;
    const [sample] = personIds;
    if (sinceSample >= SAMPLE && sample !== undefined) {
      sinceSample = 0;
      if ((await missingOf(stream, organizationId, [sample])).length > 0)
        return confirm(stream, organizationId, personIds);
    }
    return { linked: personIds, missing: [] };
  };

  const linkNow: ConfirmedLinks['link'] = async (stream, organizationId, personIds) => {
    if (!(await ortto.link(stream, organizationId, personIds, spelling))) return undefined;
    return (isProven ? sampled : confirm)(stream, organizationId, personIds);
  };

  return {
    organizationsOf,
    link(stream, organizationId, personIds) {
      if (isProven) return linkNow(stream, organizationId, personIds);
      const result = turn.then(() => linkNow(stream, organizationId, personIds));
      turn = result.catch(() => undefined);
      return result;
    },
  };
};
