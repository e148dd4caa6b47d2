import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AirbyteMessage } from '../../airbyte/protocol.ts';
import { runConnector } from './connector-process.ts';
import type { SpawnOptions } from './connector-process.ts';
import { useFolder } from '../fixtures/use-folder.ts';

export const SOURCE = fileURLToPath(new URL('../fixtures/source.ts', import.meta.url));
export const DESTINATION = fileURLToPath(new URL('../fixtures/destination.ts', import.meta.url));
export const SECRET = 'planted/secret+value';

export const stream = {
  name: 'rows',
  json_schema: { type: 'object', default: null },
  supported_sync_modes: ['full_refresh'],
};
export const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] };

/** The connectors of fixtures/ run as the platform runs them, with files in a folder of this test file. */
export const useConnectors = () => {
  const inFolder = useFolder('protocol');
  let files = 0;

  /** A file whose name does not end in .json, as PyAirbyte writes them. */
  const file = (content: unknown): string => {
    files += 1;
    const path = inFolder(`${files}.txt`);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  const readArgs = (config: unknown): string[] => ['read', '--config', file(config), '--catalog', file(catalog)];
  const read = (config: unknown, options?: SpawnOptions) => runConnector(SOURCE, readArgs(config), options);
  const writeArgs = (): string[] => ['write', '--config', file({ api_key: SECRET }), '--catalog', file(catalog)];
  const write = (options: SpawnOptions) => runConnector(DESTINATION, writeArgs(), options);
  return { file, read, readArgs, write, writeArgs };
};

export const records = (messages: readonly AirbyteMessage[]) =>
  messages.flatMap((message) => (message.type === 'RECORD' ? [message.record.data] : []));
