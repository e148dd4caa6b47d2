// Makes the states that the next `read` needs of the messages that `write` has printed, in one sync or in several:
//   node docs/states.mjs < messages.jsonl > states.json
import { keepState, messagesOf } from './messages.mjs';

const states = new Map();
for await (const message of messagesOf(0)) {
  if (message.type === 'STATE') keepState(states, message.state);
}
process.stdout.write(`${JSON.stringify([...states.values()], undefined, 2)}\n`);
