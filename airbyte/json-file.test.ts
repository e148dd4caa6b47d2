import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from './errors.ts';
import { readCatalogFile, readJsonFile } from './json-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'json-file-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

test.each(['state.txt', 'state.js', 'state.cjs', 'state'])('%s is read as JSON whatever its name says', (name) => {
  expect(readJsonFile('--state', file(name, '\uFEFF[{"type":"STREAM"}]\r\n'))).toEqual([{ type: 'STREAM' }]);
});

test('a file that is not there is named with its option', () => {
  const read = () => readJsonFile('--config', join(folder, 'nowhere'));
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/^--config: the file .*nowhere cannot be read \(ENOENT\)\.$/);
});

test.each(['planted', '{"password": "planted", oops}', '"planted', '', 'planted = 1; module.exports = {}'])(
  'the content of a malformed file, %j, is not quoted',
  (content) => {
    const path = file('broken.json', content);
    expect(() => readJsonFile('--config', path)).toThrow(
      /^--config: the file .* is not valid JSON( \(line \d+, column \d+\))?\.$/,
    );
    expect(() => readJsonFile('--config', path)).not.toThrow(/planted/);
  },
);

test('keys of the catalog that are null are absent, but not inside a schema', () => {
  const json_schema = { properties: { a: { default: null } } };
  const stream = { name: 'A', json_schema, namespace: null, default_cursor_field: null };
  const configured = { stream, sync_mode: 'incremental', cursor_field: null, generation_id: null };
  const path = file('catalog.txt', JSON.stringify({ streams: [configured], extra: null }));
  expect(readCatalogFile('--catalog', path)).toStrictEqual({
    streams: [{ stream: { name: 'A', json_schema }, sync_mode: 'incremental' }],
  });
});

test.each([
  ['[]', 'it has no list of streams'],
  ['{"streams":[{"sync_mode":"x"}]}', 'streams[0] has no stream'],
  ['{"streams":[{"stream":{}}]}', 'streams[0].stream has no name'],
  ['{"streams":[{"stream":{"name":"A"}}]}', 'streams[0].stream has no json_schema'],
])('a catalog that is not valid, %s, says what it lacks', (content, problem) => {
  const path = file('catalog.json', content);
  expect(() => readCatalogFile('--catalog', path)).toThrow(problem);
  expect(() => readCatalogFile('--catalog', path)).toThrow(ConfigError);
});
