import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { AirbyteMessage, Catalog, ConnectionStatus } from '../../airbyte/protocol.ts';
import { linesOf, startConnector, withReadOnlyFiles, type Side } from './connector-host.ts';
import { openSavedConnection } from './saved-connection.ts';
import type { Connection } from './run-sync.ts';
import { messageOn } from '../protocol/lines.ts';

// The commands that Airbyte runs outside of syncs.

type Asked = Pick<Connection, 'source' | 'destination' | 'stateFile' | 'host'>;

/** Runs a command to its end. Throws when it writes anything but messages, and when it does not exit with 0. */
const ask = (connection: Asked, side: Side, command: 'check' | 'discover'): Promise<readonly AirbyteMessage[]> => {
  const { host = {}, stateFile } = connection;
  const saved = openSavedConnection(stateFile);
  const config = side === 'source' ? (saved.sourceConfig() ?? connection.source) : connection.destination;
  return withReadOnlyFiles(host, async (file) => {
    const child = startConnector(side, [command, '--config', file('config.json', config)], host);
    child.stdin.end();
    const closed = once(child, 'close') as Promise<[number | null]>;
    const complained = text(child.stderr);
    const messages: AirbyteMessage[] = [];
    let torn = '';
    for await (const line of linesOf(child.stdout, (rest) => (torn = rest))) {
      const message = messageOn(line, `The ${side}`);
      if (message.type === 'CONTROL' && side === 'source') {
        saved.keepSourceConfig(message.control.connectorConfig.config);
      }
      messages.push(message);
    }
    const [code] = await closed;
    const stray = `${torn}${await complained}`;
    if (code !== 0 || stray !== '') throw new Error(`${command} of the ${side} ended with ${code}, saying: ${stray}`);
    return messages;
  });
};

/** The only one of `answers`, which are all that a command may give. */
const only = <Answer>(answers: readonly Answer[], command: string): Answer => {
  const [answer, another] = answers;
  if (answer === undefined || another !== undefined) throw new Error(`${command} gave ${answers.length} answers`);
  return answer;
};

export const runCheck = async (connection: Asked, side: Side): Promise<ConnectionStatus> => {
  const messages = await ask(connection, side, 'check');
  const statuses = messages.flatMap((each) => (each.type === 'CONNECTION_STATUS' ? [each.connectionStatus] : []));
  return only(statuses, 'check');
};

export const runDiscover = async (connection: Asked): Promise<Catalog> => {
  const messages = await ask(connection, 'source', 'discover');
  return only(
    messages.flatMap((each) => (each.type === 'CATALOG' ? [each.catalog] : [])),
    'discover',
  );
};
