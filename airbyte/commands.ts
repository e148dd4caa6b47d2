import type { AirbyteMessage as CdkMessage } from 'faros-airbyte-cdk/lib/protocol.js';
import type { AirbyteSourceRunner } from 'faros-airbyte-cdk/lib/sources/source-runner.js';
import type { Channel } from './channel.ts';
import { didYouMean } from './did-you-mean.ts';
import { ConfigError, listed, TransientError } from './errors.ts';
import { readJsonFile } from './json-file.ts';
import { redirectConsole } from './log.ts';
import type { ProtocolLogger } from './log.ts';
import { unlessAborted } from './process.ts';
import type { AirbyteMessage, JsonObject } from './protocol.ts';
import { unknownOptions } from './unknown-options.ts';

// What the commands of both runners share.

export type CdkConfig = Record<string, unknown>;
export type Command = ReturnType<AirbyteSourceRunner<CdkConfig>['mainCommand']>;

/** What a command works with. */
export interface Edge {
  readonly channel: Channel;
  readonly logger: ProtocolLogger;
  readonly signal: AbortSignal;
  /** The schema of the connector's config. */
  readonly configSchema: () => JsonObject;
  /** Plain text for a person at a terminal. */
  readonly print: (text: string) => void;
}

/** Airbyte adds options and arguments over time; a connector that rejected unknown ones would stop working. */
export const tolerant = (command: Command): Command => command.allowUnknownOption().allowExcessArguments();

/** Tolerant, but not silent: `--states` for `--state` would read everything again. Names options, never values. */
export const tolerantWithWarning = (command: Command, { logger }: Edge): Command =>
  tolerant(command).hook('preAction', (_, { args }) => {
    const options = args.filter((arg) => arg.startsWith('-')).map((arg) => arg.replace(/=.*$/s, ''));
    if (options.length === 0) return;
    const known = command.helpInformation().match(/--[a-z][a-z-]*/g) ?? [];
    logger.warn(`Ignored unknown command-line options: ${options.join(', ')}${didYouMean(options, known) || '.'}`);
  });

/**
 * The config file; its secrets are scrubbed from here on. The connector validates it; options that it would not look at are
 * logged, because a misspelled name leaves the default in force.
 */
export const loadConfig = ({ channel, logger, configSchema }: Edge, path: string): CdkConfig => {
  const config = readJsonFile('--config', path);
  channel.hideSecretsOf(config);
  const unknown = unknownOptions(config, configSchema());
  if (unknown.length > 0) {
    const meant = unknown.flatMap((option) => option.meant ?? []);
    const suggestion = meant.length > 0 ? ` Did you mean ${listed(meant)}?` : '';
    logger.warn(
      `Unknown configuration options, ignored: ${listed(unknown.map(({ path: each }) => each))}.${suggestion}`,
    );
  }
  return config as CdkConfig;
};

/** Emits the single message that answers a command. Nothing needs to be finished, so SIGTERM ends the command at once. */
export const answer = async ({ channel, logger, signal }: Edge, ask: () => Promise<CdkMessage>): Promise<void> => {
  redirectConsole(logger);
  const message = await unlessAborted(ask(), signal);
  if (message !== undefined) channel.emit(message as unknown as AirbyteMessage);
};

/** Emits the connection status. A check that fails for a reason the user can fix is not a crash. */
export const answerCheck = (
  edge: Edge,
  path: string,
  check: (config: CdkConfig) => Promise<CdkMessage>,
): Promise<void> =>
  answer(edge, async () => {
    try {
      return await check(loadConfig(edge, path));
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof TransientError)) throw error;
      const failed = { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: error.message } };
      return failed as unknown as CdkMessage;
    }
  });

/** Emits messages as they arrive, requesting the next one only when the reader has room for it. */
export const stream = async ({ channel, logger }: Edge, messages: AsyncIterable<CdkMessage>): Promise<void> => {
  redirectConsole(logger);
  for await (const message of messages) {
    channel.emit(message as unknown as AirbyteMessage);
    const room = channel.room();
    if (room !== undefined) await room;
  }
};
