import { AirbyteDestination } from 'faros-airbyte-cdk/lib/destinations/destination.js';
import { AirbyteCatalogMessage, AirbyteConnectionStatusMessage, AirbyteSpec } from 'faros-airbyte-cdk/lib/protocol.js';
import type {
  AirbyteConfig,
  AirbyteConfiguredCatalog,
  AirbyteMessage,
  AirbyteState,
  AirbyteStateMessage,
} from 'faros-airbyte-cdk/lib/protocol.js';
import { AirbyteSource } from 'faros-airbyte-cdk/lib/sources/source.js';
import type { Destination, Log, Source } from './connector.ts';
import { readInput } from './input.ts';
import type {
  Catalog,
  ConfiguredCatalog,
  ConnectionStatus,
  ConnectorSpecification,
  ControlMessage,
} from './protocol.ts';

// Our connectors in the shape that the CDK's runners expect. The CDK's types describe an older protocol, with narrower states
// and without TRACE statuses or CONTROL; the values pass through unchanged, so each crossing is just a cast.

const asSpec = (spec: ConnectorSpecification) => new AirbyteSpec(spec as unknown as AirbyteSpec['spec']);

const asStatus = (status: ConnectionStatus) =>
  new AirbyteConnectionStatusMessage(status as unknown as AirbyteConnectionStatusMessage['connectionStatus']);

const asCatalog = (catalog: Catalog) =>
  new AirbyteCatalogMessage(catalog as unknown as AirbyteCatalogMessage['catalog']);

export class SourceAdapter extends AirbyteSource<AirbyteConfig> {
  readonly #source: Source;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  readonly #emit: (message: ControlMessage) => void;

  constructor(source: Source, log: Log, signal: AbortSignal, emit: (message: ControlMessage) => void) {
    super();
    this.#source = source;
    this.#log = log;
    this.#signal = signal;
    this.#emit = emit;
  }

  override async spec(): Promise<AirbyteSpec> {
    return asSpec(this.#source.spec());
  }

  override async check(config: AirbyteConfig): Promise<AirbyteConnectionStatusMessage> {
    return asStatus(await this.#source.check(config, this.#log, this.#emit));
  }

  override async discover(config: AirbyteConfig): Promise<AirbyteCatalogMessage> {
    return asCatalog(await this.#source.discover(config, this.#log, this.#emit));
  }

  override read(
    config: AirbyteConfig,
    _redactedConfig: AirbyteConfig,
    catalog: AirbyteConfiguredCatalog,
    state: AirbyteState,
  ): AsyncGenerator<AirbyteMessage> {
    const configured = catalog as unknown as ConfiguredCatalog;
    const input = { config, catalog: configured, state, log: this.#log, emit: this.#emit, signal: this.#signal };
    return this.#source.read(input) as unknown as AsyncGenerator<AirbyteMessage>;
  }
}

export class DestinationAdapter extends AirbyteDestination<AirbyteConfig> {
  readonly #destination: Destination;
  readonly #log: Log;
  readonly #signal: AbortSignal;

  constructor(destination: Destination, log: Log, signal: AbortSignal) {
    super();
    this.#destination = destination;
    this.#log = log;
    this.#signal = signal;
  }

  override async spec(): Promise<AirbyteSpec> {
    return asSpec(this.#destination.spec());
  }

  override async check(config: AirbyteConfig): Promise<AirbyteConnectionStatusMessage> {
    return asStatus(await this.#destination.check(config, this.#log));
  }

  override write(
    config: AirbyteConfig,
    _redactedConfig: AirbyteConfig,
    catalog: AirbyteConfiguredCatalog,
    stdin: NodeJS.ReadStream,
  ): AsyncGenerator<AirbyteStateMessage> {
    const configured = catalog as unknown as ConfiguredCatalog;
    const input = readInput(stdin, this.#signal);
    const write = { config, catalog: configured, input, log: this.#log, signal: this.#signal };
    return this.#destination.write(write) as unknown as AsyncGenerator<AirbyteStateMessage>;
  }
}
