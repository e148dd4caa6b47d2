import type {
  Catalog,
  ConfiguredCatalog,
  JsonObject,
  RecordMessage,
  StateMessage,
  StreamDescriptor,
  SyncMode,
} from '../../airbyte/protocol.ts';

// What Airbyte does to messages on their way between two connectors, as pure functions. Facts about a custom Docker
// connector: no refreshes, no stream-complete message for the destination, no destination discover.

/** How a connection renames streams on their way to the destination. */
export interface Naming {
  readonly prefix: string;
  /** Undefined leaves streams without a namespace, as our source sends them. */
  readonly namespace: string | undefined;
}

/** What the user chose for one stream of the connection. */
export interface StreamChoice {
  readonly sync_mode: SyncMode;
  readonly destination_sync_mode: string;
  /** Selected top-level fields; undefined selects all that were discovered. */
  readonly fields?: readonly string[];
}

export const toDestination = (stream: StreamDescriptor, naming: Naming): StreamDescriptor => ({
  name: naming.prefix + stream.name,
  ...(naming.namespace !== undefined && { namespace: naming.namespace }),
});

/** The inverse of `toDestination`; throws on a name that was never sent there. */
export const toSource = (stream: StreamDescriptor, naming: Naming): StreamDescriptor => {
  if (!stream.name.startsWith(naming.prefix) || (stream.namespace ?? undefined) !== naming.namespace) {
    throw new Error(`The destination names a stream it was not given: ${JSON.stringify(stream)}`);
  }
  return { name: stream.name.slice(naming.prefix.length) };
};

/** The catalog given to the source: the chosen streams with only the selected fields, in the discovered order. */
export const configureCatalog = (
  discovered: Catalog,
  choices: ReadonlyMap<string, StreamChoice>,
): ConfiguredCatalog => ({
  streams: discovered.streams.flatMap((stream) => {
    const choice = choices.get(stream.name);
    if (!choice) return [];
    const properties = stream.json_schema.properties ?? {};
    const selected = Object.entries(properties).filter(([name]) => choice.fields?.includes(name) ?? true);
    return [
      {
        stream: { ...stream, json_schema: { ...stream.json_schema, properties: Object.fromEntries(selected) } },
        sync_mode: choice.sync_mode,
        destination_sync_mode: choice.destination_sync_mode,
        cursor_field: stream.default_cursor_field ?? [],
        primary_key: stream.source_defined_primary_key ?? [],
      },
    ];
  }),
});

const typeOf = (property: JsonObject): string => {
  const type = [property['type']].flat().find((name) => name !== 'null');
  return typeof type === 'string' ? type : 'string';
};

/** A property as the destination gets to see it: scalars lose everything but their type, titles and notes included. */
const rewriteProperty = (property: JsonObject): JsonObject => {
  const type = typeOf(property);
  if (type === 'object' || type === 'array') return property;
  return {
    type,
    ...('format' in property && { format: property['format'] }),
    ...('airbyte_type' in property && { airbyte_type: property['airbyte_type'] }),
  };
};

export const destinationCatalog = (catalog: ConfiguredCatalog, naming: Naming): ConfiguredCatalog => ({
  streams: catalog.streams.map((configured) => ({
    ...configured,
    stream: {
      ...configured.stream,
      ...toDestination(configured.stream, naming),
      json_schema: {
        ...configured.stream.json_schema,
        properties: Object.fromEntries(
          Object.entries(configured.stream.json_schema.properties ?? {}).map(([name, property]) => [
            name,
            rewriteProperty(property as JsonObject),
          ]),
        ),
      },
    },
  })),
});

/** Airbyte's field selection: top-level fields that the configured schema does not name never reach the destination. */
export const selectFields = (data: JsonObject, selected: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(data).filter(([name]) => selected.has(name)));

/** The complaint of Airbyte about a record it would refuse, or undefined. */
export const recordFault = (record: RecordMessage['record'], catalog: ConfiguredCatalog): string | undefined => {
  const configured = catalog.streams.find(({ stream }) => stream.name === record.stream);
  if (!configured) return `a record of the stream ${record.stream}, which is not in the catalog`;
  if (configured.destination_sync_mode !== 'append_dedup' || configured.sync_mode !== 'incremental') return undefined;
  const keys = configured.primary_key ?? [];
  const isKeyless = keys.every(([name]) => name === undefined || (record.data[name] ?? null) === null);
  return isKeyless ? `a record of ${record.stream} without any primary key` : undefined;
};

/** A source's state on its way to the destination: renamed, counted and numbered. */
export const numberState = (
  message: StateMessage,
  options: { readonly id: number; readonly recordCount: number; readonly naming: Naming },
): StateMessage => ({
  ...message,
  state: {
    ...message.state,
    stream: {
      ...message.state.stream,
      stream_descriptor: toDestination(message.state.stream.stream_descriptor, options.naming),
    },
    sourceStats: message.state.sourceStats ?? { recordCount: options.recordCount },
    id: options.id,
  },
});

/** The catalog of a Clear: every stream is to be overwritten with nothing. */
export const clearCatalog = (catalog: ConfiguredCatalog): ConfiguredCatalog => ({
  streams: catalog.streams.map((configured) => ({
    ...configured,
    sync_mode: 'full_refresh',
    destination_sync_mode: 'overwrite',
  })),
});

/**
 * A state that no source has sent: without value it replaces a stream's state in a Clear; an empty one is for a stream
 * that is read in full and has none.
 */
export const platformState = ({ name }: StreamDescriptor, state: JsonObject | null): JsonObject => ({
  type: 'STATE',
  state: { type: 'STREAM', stream: { stream_descriptor: { name }, stream_state: state } },
});
