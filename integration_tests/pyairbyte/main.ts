import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { environments, findPython, Unavailable, type Environments } from './environments.ts';
import { serveEmbeddedServers } from './embedded-servers.ts';

// `npm run test:pyairbyte`: both connectors in PyAirbyte, a host that others wrote. Without a Python that it runs on,
// or without a package index to install it from, nothing is tested, and a message says so.

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(path.dirname(here));
const cache = path.join(root, '.cache', 'pyairbyte');

/** An executable for each connector: hosts start a program by its path alone. */
const writeExecutables = (): string => {
  const folder = path.join(cache, 'connectors');
  mkdirSync(folder, { recursive: true });
  for (const connector of ['source-salesforce-cdp', 'destination-ortto-cdp']) {
    const file = path.join(folder, connector);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${path.join(root, connector, 'main.ts')}" "$@"\n`);
    chmodSync(file, 0o755);
  }
  return folder;
};

const test = async ({ host, peer }: Environments): Promise<number> => {
  const servers = await serveEmbeddedServers();
  const scratch = path.join(cache, 'scratch');
  rmSync(scratch, { recursive: true, force: true });
  try {
    const child = spawn(
      path.join(host, 'bin', 'python'),
      ['-m', 'pytest', '--basetemp', scratch, ...process.argv.slice(2)],
      {
        cwd: here,
        stdio: 'inherit',
        env: {
          ...process.env,
          SERVERS: servers.url,
          CONNECTORS: writeExecutables(),
          PEER: peer && path.join(peer, 'bin', 'source-salesforce'),
          AIRBYTE_OFFLINE_MODE: '1',
          DO_NOT_TRACK: '1',
          AIRBYTE_LOGGING_ROOT: path.join(cache, 'logs'),
          AIRBYTE_CACHE_ROOT: path.join(cache, 'tables'),
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    );
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code ?? 1));
    });
  } finally {
    await servers.close();
  }
};

const say = (what: string, why: string): void => {
  process.stdout.write(`\nSKIPPED: ${what}, since ${why}.\n\n`);
};

try {
  const found = environments(here, findPython(), cache);
  process.exitCode = await test(found);
  if (found.missing !== undefined) say("Ours was not compared with Airbyte's own source", found.missing);
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  say('neither connector was tested in PyAirbyte', error.message);
}
