import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { root } from '../fixtures/root.ts';

// How a host starts a connector, and what it reads from it.

/** How hosts that run connectors differ. */
export interface Host {
  /** Added to what Airbyte sets; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The destination is given what PyAirbyte reads out of its cache, not what the source said. */
  readonly hasCache?: boolean;
  /** The user that the connectors run as. Their files can only be read. */
  readonly user?: number | undefined;
  /** The folder that holds a connector's folder; this checkout for those not named. */
  readonly homes?: Readonly<Record<string, string>>;
}

export type Side = 'source' | 'destination';
export type Child = ChildProcessWithoutNullStreams;

const CONNECTORS = { source: 'source-salesforce-cdp', destination: 'destination-ortto-cdp' } as const;

export const startConnector = (side: Side, args: readonly string[], { env, user, homes }: Host): Child => {
  const connector = CONNECTORS[side];
  return spawn(process.execPath, [path.join(homes?.[connector] ?? root, connector, 'main.ts'), ...args], {
    env: { ...process.env, ...env },
    ...(user !== undefined && { uid: user, gid: user, cwd: '/' }),
  });
};

/**
 * Whole lines, without their end; what comes after the last one is given to `onTorn`. Not node:readline, which also breaks
 * lines at U+2028, a character that names and notes may hold.
 */
export async function* linesOf(stream: Readable, onTorn: (rest: string) => void): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, end)]).toString();
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) onTorn(Buffer.concat(rest).toString());
}

/** Makes a file for a connector and returns its path. */
export type FileWriter = (name: string, content: unknown) => string;

/** Gives `act` a folder for the files of one run, which their user can read but not write. */
export const withReadOnlyFiles = async <Result>(
  { user }: Host,
  act: (file: FileWriter) => Promise<Result>,
): Promise<Result> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sync-'));
  if (user !== undefined) chmodSync(folder, 0o755);
  try {
    return await act((name, content) => {
      const target = path.join(folder, name);
      writeFileSync(target, JSON.stringify(content), { mode: 0o400 });
      if (user !== undefined) chownSync(target, user, user);
      return target;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
