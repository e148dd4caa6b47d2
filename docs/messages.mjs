import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The Airbyte messages of a file or of stdin (0), in order. A line that was cut off is skipped. */
export async function* messagesOf(file) {
  const input = file === 0 ? process.stdin : createReadStream(file);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      continue;
    }
    yield message;
  }
}

/** Replaces the state that its stream had before, in the form `read` accepts, without the message's other keys. */
export const keepState = (states, { type, stream }) => {
  const { namespace, name } = stream.stream_descriptor;
  states.set(`${namespace ?? ''} ${name}`, { type, stream });
};

/** Prints the texts of messages: logs worth reading on stdout, failures on stderr. */
export const tell = ({ type, log, trace, connectionStatus }) => {
  if (type === 'LOG' && (log.level !== 'INFO' || log.message.startsWith('ledger '))) {
    process.stdout.write(`${log.message}\n`);
  }
  if (type === 'TRACE' && trace.type === 'ERROR') {
    const of = trace.error.stream_descriptor ? `${trace.error.stream_descriptor.name}: ` : '';
    process.stderr.write(`${of}${trace.error.message}\n`);
  }
  if (type === 'CONNECTION_STATUS') process.stdout.write(`${connectionStatus.message ?? connectionStatus.status}\n`);
};
