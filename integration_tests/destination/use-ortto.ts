import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startOrtto } from '../simulators/ortto.ts';
import type { OrttoOptions, OrttoSimulator } from '../simulators/ortto.ts';

interface UseOptions extends OrttoOptions {
  /** What each test finds: an emptied Ortto (default), a server of its own, or what the test before it left. */
  readonly eachTest?: 'emptied' | 'restarted' | 'as-left';
}

/** An embedded Ortto for the tests of this file. Call it at the top of the file; it answers once the hooks have run. */
export const useOrtto = ({ eachTest = 'emptied', ...options }: UseOptions = {}): OrttoSimulator => {
  let running: OrttoSimulator | undefined;
  const ortto = (): OrttoSimulator => {
    if (running === undefined) throw new Error('The embedded Ortto runs only inside hooks and tests');
    return running;
  };
  const start = async (): Promise<void> => {
    running = await startOrtto(options);
  };
  const close = (): Promise<void> | undefined => running?.close();

  if (eachTest === 'restarted') {
    beforeEach(start);
    afterEach(close);
  } else {
    beforeAll(start);
    if (eachTest === 'emptied') beforeEach(() => ortto().reset());
    afterAll(close);
  }

  return {
    get url() {
      return ortto().url;
    },
    get apiKey() {
      return ortto().apiKey;
    },
    get cdp() {
      return ortto().cdp;
    },
    get faults() {
      return ortto().faults;
    },
    get counts() {
      return ortto().counts;
    },
    get limits() {
      return ortto().limits;
    },
    reset: () => ortto().reset(),
    close: () => ortto().close(),
  };
};
