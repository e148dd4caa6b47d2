import { writeFileSync } from 'node:fs';
import { buildArgs, buildJson, helpTable, traverseObject } from 'faros-airbyte-cdk/lib/help.js';
import type { AirbyteConfiguredCatalog, AirbyteSpec } from 'faros-airbyte-cdk/lib/protocol.js';
import { AirbyteSourceRunner } from 'faros-airbyte-cdk/lib/sources/source-runner.js';
import type { AirbyteSource } from 'faros-airbyte-cdk/lib/sources/source.js';
import { answer, answerCheck, loadConfig, stream, tolerant, tolerantWithWarning } from './commands.ts';
import type { CdkConfig, Command, Edge } from './commands.ts';
import { readCatalogFile, readJsonFile } from './json-file.ts';

interface WizardOptions {
  readonly json?: string;
  readonly specFile?: string;
  readonly includeDeprecatedFields: boolean;
  readonly includeHiddenFields: boolean;
  readonly autofill: boolean;
}

/** The CDK's commands for a source, with actions that neither lose messages nor reveal secrets. */
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
    return tolerantWithWarning(super.checkCommand(), this.#edge).action((options: { config: string }) =>
      answerCheck(this.#edge, options.config, (config) => this.source.check(config)),
    );
  }

  override discoverCommand(): Command {
    return tolerantWithWarning(super.discoverCommand(), this.#edge).action((options: { config: string }) =>
      answer(this.#edge, async () => this.source.discover(loadConfig(this.#edge, options.config))),
    );
  }

  override readCommand(): Command {
    return tolerantWithWarning(super.readCommand(), this.#edge).action(
      async (options: { config: string; catalog: string; state?: string }) => {
        const config = loadConfig(this.#edge, options.config);
        const catalog = readCatalogFile('--catalog', options.catalog) as unknown as AirbyteConfiguredCatalog;
        const state = options.state === undefined ? undefined : readJsonFile('--state', options.state);
        await stream(this.#edge, this.source.read(config, {}, catalog, state as CdkConfig));
      },
    );
  }
  // The CDK's two command-line helpers show Faros options that have no effect here, so the actions are ours.

  override specPrettyCommand(): Command {
    return super.specPrettyCommand().action(async () => {
      const { spec } = await this.source.spec();
      // The first row is the config as a whole.
      const [, ...rows] = traverseObject(spec.connectionSpecification, ['--src'], 0);
      this.#edge.print(helpTable(rows));
    });
  }

  override airbyteLocalCLIWizardCommand(): Command {
    return super.airbyteLocalCLIWizardCommand().action(async (options: WizardOptions) => {
      const { includeDeprecatedFields, includeHiddenFields, autofill } = options;
      const { spec } =
        options.specFile === undefined
          ? await this.source.spec()
          : (readJsonFile('--spec-file', options.specFile) as AirbyteSpec);
      const prefix = options.json === undefined ? ['--src'] : [];
      const rows = traverseObject(
        spec.connectionSpecification,
        prefix,
        0,
        includeDeprecatedFields,
        includeHiddenFields,
      );
      if (options.json === undefined) this.#edge.print(`${await buildArgs(rows, autofill)}\n`);
      else writeFileSync(options.json, await buildJson(rows, autofill));
    });
  }
}
