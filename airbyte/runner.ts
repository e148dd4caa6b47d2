import manifest from '../package.json' with { type: 'json' };
import { DestinationAdapter, SourceAdapter } from './adapters.ts';
import { createChannel } from './channel.ts';
import type { Command, Edge } from './commands.ts';
import type { Destination, Source } from './connector.ts';
import { DestinationRunner } from './destination-runner.ts';
import { ConfigError } from './errors.ts';
import { ProtocolLogger } from './log.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import { runProcess } from './process.ts';
import { SourceRunner } from './source-runner.ts';

/** What the command-line parser throws instead of exiting, also after `--help`, with exit code 0. */
const isUsage = (error: unknown): error is Error & { exitCode: number; code: string } =>
  error instanceof Error &&
  'code' in error &&
  String(error.code).startsWith('commander.') &&
  'exitCode' in error &&
  typeof error.exitCode === 'number';

const runCommand = async (program: Command, output: Output): Promise<void> => {
  // The CDK would print its own version.
  if (['--version', '-V'].includes(process.argv[2] ?? '')) {
    output.text(`${manifest.version}\n`);
    return;
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: output.text });
  }
  try {
    await program.allowUnknownOption().parseAsync(process.argv);
  } catch (error) {
    if (!isUsage(error)) throw error;
    if (error.exitCode === 0) return;
    // The parser has printed this on stderr, for people; the platform reads traces.
    const problem =
      error.code === 'commander.help'
        ? 'a command is missing'
        : error.message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
    throw new ConfigError(`The command line is incomplete: ${problem}.`);
  }
};

const run = async (spec: Source['spec'], createProgram: (edge: Edge) => Command): Promise<void> => {
  const output = createOutput(process.stdout);
  const configSchema = () => spec().connectionSpecification;
  const channel = createChannel(output, configSchema);
  const logger = new ProtocolLogger((message) => channel.emit(message));
  const controller = new AbortController();
  const program = createProgram({ channel, logger, signal: controller.signal, configSchema, print: output.text });
  await runProcess(channel, output, controller, () => runCommand(program, output));
};

/** Runs the source's command given on the command line, and ends the process. */
export const runSource = (source: Source): Promise<void> =>
  run(
    () => source.spec(),
    (edge) => {
      const { logger, signal, channel } = edge;
      const adapter = new SourceAdapter(source, logger, signal, (message) => channel.emit(message));
      return new SourceRunner(edge, adapter).mainCommand();
    },
  );

/** Runs the destination's command given on the command line, and ends the process. */
export const runDestination = (destination: Destination): Promise<void> =>
  run(
    () => destination.spec(),
    (edge) => new DestinationRunner(edge, new DestinationAdapter(destination, edge.logger, edge.signal)).mainCommand(),
  );
