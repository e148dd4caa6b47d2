import { expect, test } from 'vitest';
import type { Catalog, StateMessage } from '../../airbyte/protocol.ts';
import {
  configureCatalog,
  destinationCatalog,
  numberState,
  recordFault,
  selectFields,
  toDestination,
  toSource,
} from './messages.ts';

const discovered: Catalog = {
  streams: [
    {
      name: 'Contact',
      supported_sync_modes: ['full_refresh', 'incremental'],
      default_cursor_field: ['SystemModstamp'],
      source_defined_primary_key: [['Id']],
      json_schema: {
        type: 'object',
        properties: {
          Id: { type: ['null', 'string'], title: 'Contact ID' },
          Born: { type: ['null', 'string'], format: 'date', description: 'a note' },
          Tags: { type: ['null', 'array'], items: { type: 'string' }, description: 'kept' },
        },
      },
    },
  ],
};
const choice = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' } as const;
const named = { prefix: 'sf_', namespace: 'crm' };

test('The source gets only the selected fields of the chosen streams', () => {
  const catalog = configureCatalog(discovered, new Map([['Contact', { ...choice, fields: ['Id'] }]]));
  expect(Object.keys(catalog.streams[0]?.stream.json_schema.properties ?? {})).toEqual(['Id']);
  expect(configureCatalog(discovered, new Map()).streams).toEqual([]);
});

test('The destination sees scalars stripped to their type, and renamed streams', () => {
  const catalog = destinationCatalog(configureCatalog(discovered, new Map([['Contact', choice]])), named);
  expect(catalog.streams[0]?.stream).toMatchObject({ name: 'sf_Contact', namespace: 'crm' });
  expect(catalog.streams[0]?.stream.json_schema.properties).toEqual({
    Id: { type: 'string' },
    Born: { type: 'string', format: 'date' },
    Tags: { type: ['null', 'array'], items: { type: 'string' }, description: 'kept' },
  });
});

test('A renamed stream gets its own name back, and an unknown one is refused', () => {
  expect(toSource(toDestination({ name: 'Contact' }, named), named)).toEqual({ name: 'Contact' });
  expect(() => toSource({ name: 'Contact' }, named)).toThrow(/not given/);
});

test('Fields that are not selected do not pass', () => {
  expect(selectFields({ Id: '1', Secret: 2 }, new Set(['Id']))).toEqual({ Id: '1' });
});

test('A record without its primary key, or of an unknown stream, is a fault', () => {
  const catalog = configureCatalog(discovered, new Map([['Contact', choice]]));
  const record = (stream: string, data: object) => ({ stream, data: { ...data }, emitted_at: 1 });
  expect(recordFault(record('Contact', { Id: '003' }), catalog)).toBeUndefined();
  expect(recordFault(record('Contact', { Id: null }), catalog)).toMatch(/without any primary key/);
  expect(recordFault(record('Lead', { Id: '00Q' }), catalog)).toMatch(/not in the catalog/);
});

test('A state gets an integer id and keeps the counts of its source', () => {
  const message: StateMessage = {
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 'Contact' }, stream_state: { cursor: 'x' } },
      sourceStats: { recordCount: 7 },
    },
  };
  expect(numberState(message, { id: 3, recordCount: 9, naming: named }).state).toEqual({
    type: 'STREAM',
    stream: { stream_descriptor: { name: 'sf_Contact', namespace: 'crm' }, stream_state: { cursor: 'x' } },
    sourceStats: { recordCount: 7 },
    id: 3,
  });
});
