import type { JsonObject, RecordMessage, StateMessage, TraceMessage } from '../../airbyte/protocol.ts';

// PyAirbyte between the two connectors: it reads the source's records into a cache and prints what it reads back, as whole
// models.

const EMPTY = {
  log: null,
  spec: null,
  connectionStatus: null,
  catalog: null,
  trace: null,
  control: null,
  record: null,
  state: null,
};

/** A message as the destination is given it: the cache's own columns beside the source's, and null for every absent key. */
export const fromCache = (message: RecordMessage | StateMessage | TraceMessage): JsonObject => {
  if (message.type === 'RECORD') {
    const { data, emitted_at, ...rest } = message.record;
    const columns = {
      _airbyte_raw_id: '01JA0000000000000000000000',
      _airbyte_extracted_at: new Date(emitted_at).toISOString(),
      _airbyte_meta: { changes: [] },
    };
    // The cache keeps no milliseconds, and what is printed is seconds.
    const record = { ...rest, data: { ...data, ...columns }, emitted_at: Math.floor(emitted_at / 1000) };
    return { ...EMPTY, ...message, record: { namespace: null, meta: null, file_reference: null, ...record } };
  }
  if (message.type === 'STATE') {
    const { stream_descriptor, stream_state } = message.state.stream;
    const stream = { stream_descriptor: { namespace: null, ...stream_descriptor }, stream_state };
    const state = { global_: null, data: null, sourceStats: null, destinationStats: null, ...message.state, stream };
    return { ...EMPTY, ...message, state };
  }
  const trace = { error: null, estimate: null, stream_status: null, analytics: null, ...message.trace };
  return { ...EMPTY, ...message, trace };
};
