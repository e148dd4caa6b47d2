// Makes the states that the next `read` needs of the messages that `write` has printed, in one sync or in several:
//   node docs/states.mjs < messages.jsonl > states.json
import { messagesOf } from './messages.mjs';

const states = new Map();
for await (const message of messagesOf(0)) {
  if (message.type !== 'STATE') continue;
  const { type, stream } = message.state;
  states.set(JSON.stringify(stream.stream_descriptor), { type, stream });
}
process.stdout.write(`${JSON.stringify([...states.values()], undefined, 2)}\n`);
