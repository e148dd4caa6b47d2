import type { AirbyteConfiguredCatalog } from 'faros-airbyte-cdk/lib/protocol.js';
import { AirbyteSourceRunner } from 'faros-airbyte-cdk/lib/sources/source-runner.js';
import type { AirbyteSource } from 'faros-airbyte-cdk/lib/sources/source.js';
import { answer, answerCheck, loadConfig, stream, tolerant } from './commands.ts';
import type { CdkConfig, Command, Edge } from './commands.ts';
import { readCatalogFile, readJsonFile } from './json-file.ts';

/** The CDK's commands for a source, with actions that neither lose messages nor show secrets. */
export class SourceRunner extends AirbyteSourceRunner<CdkConfig> {
  readonly #edge: Edge;

  constructor(edge: Edge, source: AirbyteSource<CdkConfig>) {
    super(edge.logger, source);
    this.#edge = edge;
  }

  /** Without the Faros options the CDK would add. */
  override specCommand(): Command {
    return tolerant(super.specCommand()).action(() => answer(this.#edge, () => this.source.spec()));
  }

  override checkCommand(): Command {
    return tolerant(super.checkCommand()).action((options: { config: string }) =>
      answerCheck(this.#edge, options.config, (config) => this.source.check(config)),
    );
  }

  override discoverCommand(): Command {
    return tolerant(super.discoverCommand()).action((options: { config: string }) =>
      answer(this.#edge, async () => this.source.discover(loadConfig(this.#edge, options.config))),
    );
  }

  override readCommand(): Command {
    return tolerant(super.readCommand()).action(
      async (options: { config: string; catalog: string; state?: string }) => {
        const config = loadConfig(this.#edge, options.config);
        const catalog = readCatalogFile('--catalog', options.catalog) as unknown as AirbyteConfiguredCatalog;
        const state = options.state === undefined ? undefined : readJsonFile('--state', options.state);
        await stream(this.#edge, this.source.read(config, {}, catalog, state as CdkConfig));
      },
    );
  }
}
