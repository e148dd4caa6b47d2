import path from 'node:path';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { root } from '../fixtures/root.ts';

export interface Servers {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves with all output so far, once these words are in it. */
  readonly until: (words: string) => Promise<string>;
  readonly pressEnter: () => void;
  /** As Ctrl-C does. */
  readonly close: () => Promise<void>;
}

/** The servers, and the configs that they have printed. */
export interface Printed extends Servers {
  readonly source: JsonObject;
  readonly destination: JsonObject;
}

const ENTRY = path.join(root, 'integration_tests/simulators/main.ts');

/** The entry point of `npm run simulators`, with options of its own. */
export const startServers = (...options: readonly string[]): Servers => {
  const child = spawn(process.execPath, [ENTRY, ...options]);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const until = async (words: string): Promise<string> => {
    while (!said.includes(words)) await once(child.stdout, 'data');
    return said;
  };
  const close = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    child.kill('SIGINT');
    await once(child, 'exit');
  };
  return { child, until, pressEnter: () => void child.stdin.write('\n'), close };
};

/** The embedded servers on free ports, and the configs that they print. */
export const startPrinted = async (): Promise<Printed> => {
  const servers = startServers('--salesforce-port', '0', '--ortto-port', '0', '--contacts', '40');
  const printed = await servers.until('Ctrl-C');
  const config = (connector: string): JsonObject => {
    const [, json = ''] = new RegExp(`Config of ${connector}:\\n([\\s\\S]*?\\n})`).exec(printed) ?? [];
    return JSON.parse(json) as JsonObject;
  };
  return { ...servers, source: config('source-salesforce-cdp'), destination: config('destination-ortto-cdp') };
};
