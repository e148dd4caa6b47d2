import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { SalesforceOptions, SalesforceSimulator } from '../simulators/salesforce.ts';
import { startSourceOrg } from './source-org.ts';
import type { SourceOrg } from './source-org.ts';

interface UseOptions extends SalesforceOptions {
  /** Whether each test finds the rows that the test before it left (default), or an org of its own. */
  readonly eachTest?: 'as-left' | 'restarted';
}

/** What undoes the changes a test makes to the settings, limits and faults from here on. */
const settingsKept = ({ bulk, rest, login, limits, faults }: SalesforceSimulator): (() => void) => {
  const { outcomes, ...bulkSettings } = bulk;
  const kept = { outcomes: [...outcomes], rest: { ...rest }, login: { ...login.settings } };
  const daily = { max: limits.dailyApiRequests.max, used: 0 };
  return () => {
    Object.assign(bulk, bulkSettings, { outcomes: kept.outcomes });
    Object.assign(rest, kept.rest);
    Object.assign(login.settings, kept.login);
    Object.assign(limits.dailyApiRequests, daily);
    faults.splice(0);
  };
};

/**
 * An embedded org with the shipped source beside it, for the tests of this file. Call it at the top of the file; it answers
 * once the hooks have run. After each test, its faults are removed, its settings are as before
 * the test, and none of the day's calls count as used.
 */
export const useSourceOrg = ({ eachTest = 'as-left', ...options }: UseOptions = {}): SourceOrg => {
  let running: SourceOrg | undefined;
  const org = (): SourceOrg => {
    if (running === undefined) throw new Error('The embedded org runs only inside hooks and tests');
    return running;
  };
  const start = async (): Promise<void> => {
    running = await startSourceOrg(options);
  };
  const close = (): Promise<void> | undefined => running?.close();

  if (eachTest === 'restarted') {
    beforeEach(start);
    afterEach(close);
  } else {
    beforeAll(start);
    let restore: () => void;
    beforeEach(() => {
      restore = settingsKept(org().salesforce);
    });
    afterEach(() => restore());
    afterAll(close);
  }

  return {
    get salesforce() {
      return org().salesforce;
    },
    get config() {
      return org().config;
    },
    run: (command, config) => org().run(command, config),
    streams: () => org().streams(),
    read: (options_) => org().read(options_),
    readHere: (options_) => org().readHere(options_),
    start: (options_) => org().start(options_),
    close: () => org().close(),
  };
};
