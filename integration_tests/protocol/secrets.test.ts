import { expect, test } from 'vitest';
import { runConnector } from './connector-process.ts';
import { SECRET, SOURCE, catalog, useConnectors } from './fixture-connectors.ts';
import { traceErrors } from './message-kinds.ts';

// Errors by their kind, and secrets that stay out of every message.

const { file, read } = useConnectors();

test.each([
  ['read', 'config', 'config_error'],
  ['read', 'transient', 'transient_error'],
  ['read', 'bug', 'system_error'],
  ['discover', 'transient', 'transient_error'],
  ['discover', 'bug', 'system_error'],
  ['check', 'bug', 'system_error'],
])('%s turns a %s error into a %s trace that keeps the secret to itself', async (command, error, failureType) => {
  const config = file({ act: 'error', error, password: SECRET });
  const args = [command, '--config', config, '--catalog', file(catalog)];
  const { messages, exitCode, stdout, stderr } = await runConnector(SOURCE, args);
  expect(traceErrors(messages)).toMatchObject([{ failure_type: failureType }]);
  expect(traceErrors(messages)[0]?.message).toContain('the password **** was refused');
  expect(stdout + stderr).not.toContain(SECRET);
  expect(exitCode).toBe(1);
});

test.each(['config', 'transient'])('a check that fails with a %s error has worked', async (error) => {
  const args = ['check', '--config', file({ error, password: SECRET })];
  const { messages, exitCode } = await runConnector(SOURCE, args);
  const connectionStatus = { status: 'FAILED', message: 'the password **** was refused' };
  expect(messages.at(-1)).toEqual({ type: 'CONNECTION_STATUS', connectionStatus });
  expect(exitCode).toBe(0);
});

test('an unknown option of the config is reported by its name alone', async () => {
  const { messages } = await read({ act: 'missing', pasword: SECRET, _platform: 1 });
  const message = 'Unknown configuration options, ignored: pasword. Did you mean password?';
  expect(messages).toContainEqual({ type: 'LOG', log: { level: 'WARN', message } });
  expect(JSON.stringify(messages)).not.toContain(SECRET);
});

test.each(['check', 'discover', 'read'])(
  '%s says that a config file is malformed without quoting it',
  async (command) => {
    const config = file(`{"password": "${SECRET}", oops`);
    const args = [command, '--config', config, '--catalog', file(catalog)];
    const { stdout, stderr } = await runConnector(SOURCE, args);
    expect(stdout).toContain('--config: the file ');
    expect(stdout).toContain('is not valid JSON');
    expect(stdout + stderr).not.toContain(SECRET.slice(0, 7));
  },
);

test('a renewed secret is as hidden as the first', async () => {
  const { messages } = await read({ act: 'rotate', password: SECRET });
  expect(messages[0]).toMatchObject({ control: { connectorConfig: { config: { password: 'renewed-secret' } } } });
  expect(traceErrors(messages)).toMatchObject([{ message: 'the password **** was refused' }]);
});
