// Turns the messages that `write` printed, in one sync or several, into the states that the next `read` needs:
//   node docs/states.mjs < messages.jsonl > states.json
import { keepState, messagesOf } from './messages.mjs';

const states = new Map();
for await (const message of messagesOf(0)) {
  if (message.type === 'STATE') keepState(states, message.state);
}
process.stdout.write(`${JSON.stringify([...states.values()], undefined, 2)}\n`);
