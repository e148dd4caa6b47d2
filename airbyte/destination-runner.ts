import { AirbyteDestinationRunner } from 'faros-airbyte-cdk/lib/destinations/destination-runner.js';
import type { AirbyteDestination } from 'faros-airbyte-cdk/lib/destinations/destination.js';
import type { AirbyteConfiguredCatalog } from 'faros-airbyte-cdk/lib/protocol.js';
import { answer, answerCheck, loadConfig, stream, tolerant, tolerantWithWarning } from './commands.ts';
import type { CdkConfig, Command, Edge } from './commands.ts';
import { ConfigError } from './errors.ts';
import { readCatalogFile } from './json-file.ts';

/** The CDK's commands for a destination, with actions that neither lose messages nor reveal secrets. */
export class DestinationRunner extends AirbyteDestinationRunner<CdkConfig> {
  readonly #edge: Edge;

  constructor(edge: Edge, destination: AirbyteDestination<CdkConfig>) {
    super(edge.logger, destination);
    this.#edge = edge;
  }

  override specCommand(): Command {
    return tolerant(super.specCommand()).action(() => answer(this.#edge, () => this.destination.spec()));
  }

  override checkCommand(): Command {
    return tolerantWithWarning(super.checkCommand(), this.#edge).action((options: { config: string }) =>
      answerCheck(this.#edge, options.config, (config) => this.destination.check(config)),
    );
  }

  override writeCommand(): Command {
    return tolerantWithWarning(super.writeCommand(), this.#edge).action(
      async (options: { config: string; catalog: string; dryRun: boolean }) => {
        // The CDK declares the option; accepting it and writing anyway would be a trap.
        if (options.dryRun) throw new ConfigError('--dry-run is not supported: nothing was written.');
        const config = loadConfig(this.#edge, options.config);
        const catalog = readCatalogFile('--catalog', options.catalog) as unknown as AirbyteConfiguredCatalog;
        await stream(this.#edge, this.destination.write(config, {}, catalog, process.stdin, false));
      },
    );
  }
}
