import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { streamState, streamStatus, traceError } from '../../airbyte/protocol.ts';
import advancedAuth from '../../schemas/source-advanced-auth.json' with { type: 'json' };
import { checkGiven, lineFaults, messageOn } from './lines.ts';

const NOW = Date.UTC(2026, 0, 1);
const record = { stream: 'Contact', data: { Id: '003' }, emitted_at: NOW };
const stream = { name: 'Contact', json_schema: {}, supported_sync_modes: ['incremental'] };
const trace = (more: JsonObject): JsonObject => ({ type: 'TRACE', trace: { emitted_at: NOW, ...more } });
const control = (more: JsonObject): JsonObject => ({
  type: 'CONTROL',
  control: { type: 'CONNECTOR_CONFIG', emitted_at: NOW, ...more },
});
const status = { stream_descriptor: { name: 'Contact' }, status: 'RUNNING' };

test.each<[string, object]>([
  ['a record', { type: 'RECORD', record }],
  [
    'a record with a change',
    {
      type: 'RECORD',
      record: { ...record, meta: { changes: [{ field: 'Id', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' }] } },
    },
  ],
  ['a state', streamState({ name: 'Contact' }, { cursor: 'x' }, { recordCount: 3 })],
  ['a state of a Clear', { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 'a' } } } }],
  ['a log line', { type: 'LOG', log: { level: 'INFO', message: '' } }],
  ['an error', traceError({ message: 'x', failure_type: 'config_error' })],
  ['a status', streamStatus({ name: 'Contact' }, 'COMPLETE')],
  [
    'a status with its reason',
    trace({
      type: 'STREAM_STATUS',
      stream_status: { ...status, reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: NOW } }] },
    }),
  ],
  ['an estimate', trace({ type: 'ESTIMATE', estimate: { name: 'Contact', type: 'STREAM', row_estimate: 2 } })],
  ['a new config', control({ connectorConfig: { config: {} } })],
  ['a spec', { type: 'SPEC', spec: { connectionSpecification: {}, documentationUrl: 'https://x.test/' } }],
  ['a connection status', { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: 'x' } }],
  ['a catalog', { type: 'CATALOG', catalog: { streams: [stream] } }],
  ['keys of a later protocol', { type: 'RECORD', later: 1, record: { ...record, later: 2 } }],
])('%s is a message', (_, message) => {
  expect(lineFaults(JSON.stringify(message))).toEqual([]);
});

test.each<[string, object | string, string]>([
  ['half a line', '{"type":"REC', 'is not JSON'],
  ['something else', '[]', 'must be an object'],
  ['an unknown type', { type: 'NEWS' }, 'type: must be one of'],
  ['an envelope without content', { type: 'RECORD' }, 'record: is required'],
  ['an empty record', { type: 'RECORD', record: { ...record, data: {} } }, 'record.data'],
  ['a time in seconds', { type: 'RECORD', record: { ...record, emitted_at: NOW / 1000 } }, 'record.emitted_at'],
  ['a null where nothing belongs', { type: 'RECORD', record: { ...record, namespace: null } }, 'record.namespace'],
  [
    'a change without reason',
    { type: 'RECORD', record: { ...record, meta: { changes: [{ field: 'Id', change: 'NULLED' }] } } },
    'record.meta.changes[0].reason: is required',
  ],
  ['a legacy state', { type: 'STATE', state: { type: 'LEGACY', data: {} } }, 'state.type: must be "STREAM"'],
  ['a legacy state without type', { type: 'STATE', state: { data: {} } }, 'state.type: is required'],
  [
    'a state numbered with text',
    {
      type: 'STATE',
      state: { type: 'STREAM', id: '1', stream: { stream_descriptor: { name: 'a' }, stream_state: {} } },
    },
    'state.id',
  ],
  ['a level of another logger', { type: 'LOG', log: { level: 'WARNING', message: 'x' } }, 'log.level'],
  ['an error without words', trace({ type: 'ERROR', error: { message: '' } }), 'trace.error.message'],
  ['an unknown failure', trace({ type: 'ERROR', error: { message: 'x', failure_type: 'oops' } }), 'failure_type'],
  ['an unknown status', trace({ type: 'STREAM_STATUS', stream_status: { ...status, status: 'DONE' } }), 'status'],
  ['an unknown trace', trace({ type: 'NEWS' }), 'trace.type: must be one of'],
  ['a config message without config', control({ connectorConfig: {} }), 'control.connectorConfig.config: is required'],
  ['a spec without a schema', { type: 'SPEC', spec: {} }, 'spec.connectionSpecification: is required'],
  ['a status of another case', { type: 'CONNECTION_STATUS', connectionStatus: { status: 'failed' } }, 'status'],
  [
    'a stream without sync modes',
    { type: 'CATALOG', catalog: { streams: [{ ...stream, supported_sync_modes: [] }] } },
    'catalog.streams[0].supported_sync_modes',
  ],
])('%s is none', (_, line, fault) => {
  const faults = lineFaults(typeof line === 'string' ? line : JSON.stringify(line));
  expect(faults.join('\n')).toContain(fault);
});

const { oauth_config_specification: oauth } = advancedAuth;
const { consent_url: consentUrl, ...withoutConsent } = oauth.oauth_connector_input_specification;
const { refresh_token: token } = oauth.complete_oauth_output_specification.properties;
const { client_id: clientId } = oauth.complete_oauth_server_output_specification.properties;
const withInput = (input: JsonObject): JsonObject => ({ oauth_connector_input_specification: input });

test('the advanced_auth of the source is one that Airbyte can carry out', () => {
  const spec = { connectionSpecification: {}, advanced_auth: advancedAuth };
  expect(lineFaults(JSON.stringify({ type: 'SPEC', spec }))).toEqual([]);
});

test.each<[string, JsonObject, string]>([
  ['a renamed consent_url', withInput({ ...withoutConsent, consentUrl }), 'consent_url: is required'],
  ['a renamed option', withInput({ ...withoutConsent, consent_url: consentUrl, scope_keys: 'x' }), 'scope_keys'],
  ['no address to change the code at', withInput({ consent_url: consentUrl }), 'access_token_url: is required'],
  ['what is extracted as text', withInput({ ...withoutConsent, extract_output: 'refresh_token' }), 'extract_output'],
  [
    'a header that is no text',
    withInput({ ...withoutConsent, access_token_headers: { a: 1 } }),
    'access_token_headers.a',
  ],
  ['a state without bounds', withInput({ ...withoutConsent, state: { min: 9 } }), 'state.max: is required'],
  [
    'an answer that goes nowhere',
    {
      complete_oauth_output_specification: { properties: { token: { ...token, path_in_connector_config: undefined } } },
    },
    'token.path_in_connector_config: is required',
  ],
  [
    'an answer that comes from nowhere',
    { complete_oauth_output_specification: { properties: { token: { ...token, path_in_oauth_response: undefined } } } },
    'token.path_in_oauth_response: is required',
  ],
  [
    'a path that is text',
    {
      complete_oauth_server_output_specification: {
        properties: { id: { ...clientId, path_in_connector_config: 'id' } },
      },
    },
    'id.path_in_connector_config: must be a list',
  ],
  ['a part that is missing', { complete_oauth_server_input_specification: undefined }, 'server_input_specification'],
  ['a part of another name', { complete_oauth_output: {} }, 'complete_oauth_output'],
])('an advanced_auth with %s is not valid', (_, change, fault) => {
  const advanced_auth = { ...advancedAuth, oauth_config_specification: { ...oauth, ...change } };
  const spec = { connectionSpecification: {}, advanced_auth };
  const faults = lineFaults(JSON.stringify({ type: 'SPEC', spec }));
  expect(faults.join('\n')).toContain(fault);
});

test('a line that is not a message throws under the name of its writer', () => {
  expect(() => messageOn('Hello', 'The source')).toThrow('The source wrote a line that is not an Airbyte message');
});

test('what a connector cannot be given is refused before it starts', () => {
  const configured = { stream, sync_mode: 'incremental', destination_sync_mode: 'append', cursor_field: null };
  expect(() => checkGiven('catalog', { streams: [configured] })).not.toThrow();
  expect(() => checkGiven('catalog', { streams: [{ ...configured, sync_mode: 'all' }] })).toThrow('sync_mode');
  expect(() => checkGiven('states', [{ type: 'STREAM' }])).toThrow('[0].stream: is required');
});
