import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runConnector } from './connector-process.ts';
import { DESTINATION, SECRET, SOURCE, catalog, records, stream, useConnectors } from './fixture-connectors.ts';
import { traceErrors } from './message-kinds.ts';

// The command line and the files it names, from outside.

const { file, readArgs, writeArgs } = useConnectors();

test('inputs are read whatever their name ends in, and null keys of the catalog are absent', async () => {
  const nulls = {
    streams: [
      { ...catalog.streams[0], stream: { ...stream, namespace: null }, cursor_field: null, generation_id: null },
    ],
  };
  const state = [{ type: 'STREAM', stream: { stream_descriptor: { name: 'rows' }, stream_state: { at: 1 } } }];
  const args = ['read', '--config', file({ act: 'echo' }), '--catalog', file(nulls), '--state', file(state)];
  const { exitCode, messages, strayLines } = await runConnector(SOURCE, args);
  expect(records(messages)).toEqual([{ catalog, state }]);
  expect([exitCode, strayLines]).toEqual([0, []]);
});

test('options and arguments of a later Airbyte are tolerated', async () => {
  const unknown = ['--debug', '--level', '3', 'more'];
  const spec = await runConnector(SOURCE, ['spec', ...unknown]);
  expect(spec.messages.map(({ type }) => type)).toEqual(['SPEC']);
  const check = await runConnector(SOURCE, ['check', ...unknown, '--config', file({ password: SECRET })]);
  const ignored = 'Ignored unknown command-line options: --debug, --level.';
  expect(check.messages).toEqual([
    { type: 'LOG', log: { level: 'WARN', message: ignored } },
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED', message: 'signed in with ****' } },
  ]);
  const readAnyway = await runConnector(SOURCE, [...readArgs({ act: 'missing' }), ...unknown]);
  expect(records(readAnyway.messages)).toEqual([{ id: 1 }]);
  const written = await runConnector(DESTINATION, [...writeArgs(), ...unknown]);
  expect([spec, check, readAnyway, written].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
});

test('a spec has exactly the options of the connector', async () => {
  const { messages } = await runConnector(SOURCE, ['spec']);
  const [message] = messages;
  const schema = message?.type === 'SPEC' ? message.spec.connectionSpecification : {};
  expect(Object.keys(Object(schema['properties']))).toEqual(['act', 'password']);
  expect((await runConnector(SOURCE, ['spec-pretty'], { speaksFreely: true })).stdout).not.toContain('faros');
});

test('the version is that of the package', async () => {
  expect((await runConnector(DESTINATION, ['--version'], { speaksFreely: true })).stdout).toBe(`${manifest.version}\n`);
});

test.each([
  ['a missing option', ['read', '--config', 'c'], "required option '--catalog <path to json>' not specified"],
  ['an unknown command', ['reed'], "unknown command 'reed'"],
])('%s is a config error and one line on stderr', async (_, args, problem) => {
  const { exitCode, messages, stderr } = await runConnector(SOURCE, args);
  expect(traceErrors(messages)).toMatchObject([{ failure_type: 'config_error' }]);
  expect(traceErrors(messages)[0]?.message).toContain(problem);
  expect(stderr.split('\n')[0]).toContain(problem);
  expect(exitCode).toBe(1);
});

test('a dry run is refused rather than carried out for real', async () => {
  const { exitCode, messages } = await runConnector(DESTINATION, [...writeArgs(), '--dry-run']);
  expect(traceErrors(messages)).toMatchObject([{ failure_type: 'config_error' }]);
  expect(exitCode).toBe(1);
});

test('a read-only config and a missing home are enough', async () => {
  const config = file({ act: 'missing' });
  chmodSync(config, 0o400);
  const args = ['read', '--config', config, '--catalog', file(catalog)];
  const { exitCode, stderr } = await runConnector(SOURCE, args, { env: { HOME: undefined } });
  expect([exitCode, stderr]).toEqual([0, '']);
});
