import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { startPrinted, startServers } from './newcomer-servers.ts';
import { root } from '../fixtures/root.ts';

// The way of a newcomer: what README and pages say to type is typed, against `npm run simulators`.

const readText = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const hasTools = ['bash', 'curl'].every((tool) => existsSync(`/usr/bin/${tool}`) || existsSync(`/bin/${tool}`));
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'walk-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The commands of a section, block by block. */
const blocksOf = (file: string, heading: string): string[] => {
  const [, section = ''] = readText(file).split(`## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)].map(([block]) => block.replaceAll(/^ {4}/gm, ''));
};

const shell = async (folder: string, commands: string): Promise<string> => {
  const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', commands], { cwd: folder, env });
  const said = [text(child.stdout), text(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  const [stdout = '', stderr = ''] = await Promise.all(said);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('rror') as string });
  return stdout;
};

/** How many contacts the ledger in a sync's messages says were received. */
const contactsIn = (messages: string): number =>
  Number(/ledger \{\\"stream\\":\\"Contact\\",\\"received\\":(\d+)/.exec(messages)?.[1]);

test.runIf(hasTools)('The commands of the README sync the embedded org, and then what a day has changed', async () => {
  const { source, destination, pressEnter, until, close } = await startPrinted();
  closing.push(close);
  const folder = newFolder();
  for (const name of ['source-salesforce-cdp', 'destination-ortto-cdp', 'docs']) {
    symlinkSync(path.join(root, name), path.join(folder, name));
  }
  writeFileSync(path.join(folder, 'source.json'), JSON.stringify(source));
  writeFileSync(path.join(folder, 'destination.json'), JSON.stringify(destination));
  const blocks = blocksOf('README.md', 'Run them by hand');
  expect(blocks).toHaveLength(3);
  const [first = '', look = '', second = ''] = blocks;

  expect(contactsIn(await shell(folder, first))).toBe(40);
  const lookFor = look.replace('http://127.0.0.1:8081', String(destination['api_url']));
  expect(lookFor).not.toBe(look);
  const { contacts } = JSON.parse(await shell(folder, lookFor)) as { contacts: { fields: JsonObject }[] };
  expect(contacts).toHaveLength(3);
  for (const { fields } of contacts) expect(fields['str::last']).toEqual(expect.any(String));

  pressEnter();
  await until('A day later');
  const changed = contactsIn(await shell(folder, second));
  expect(changed).toBeGreaterThan(5);
  expect(changed).toBeLessThan(20);
  const baker = lookFor.replace(
    '"limit": 3',
    '"limit": 3, "filter": {"$str::is": {"field_id": "str::last", "value": "Neumann 1"}}',
  );
  expect(await shell(folder, baker)).toContain('robin.neumann.1@nordlicht.example');
});

test('A port that is taken, and a wrong option, are reported in a sentence', async () => {
  const { destination, close } = await startPrinted();
  closing.push(close);
  const { port } = new URL(String(destination['api_url']));
  for (const [options, sentence] of [
    [['--salesforce-port', '0', '--ortto-port', port], `Port ${port} is taken: choose another with --ortto-port\n`],
    [['--salesforce-port', port], `Port ${port} is taken: choose another with --salesforce-port\n`],
    [['--contacts', 'many'], `--contacts must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not many\n`],
  ] as const) {
    const { child } = startServers(...options);
    const complained = text(child.stderr);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(await complained).toBe(sentence);
  }
});

test('With --help the embedded servers say what they take, and do not start', async () => {
  const { child, until } = startServers('--help');
  expect(await until('--seed')).toContain('--salesforce-port 8080');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
