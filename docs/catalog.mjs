// Turns the output of `discover` into the configured catalog that `read` and `write` need:
//   node source-salesforce-cdp/main.ts discover --config source.json | node docs/catalog.mjs [STREAM…] > catalog.json
// With names, only those streams are included. Each is read incrementally if Salesforce allows it.
import { messagesOf, tell } from './messages.mjs';

const wanted = process.argv.slice(2);
let catalog;
for await (const message of messagesOf(0)) {
  if (message.type === 'CATALOG') catalog = message.catalog;
  if (message.type === 'TRACE') tell(message);
}
const found = catalog?.streams ?? [];
const unknown = wanted.filter((name) => !found.some((stream) => stream.name === name));
if (found.length === 0) {
  process.stderr.write('discover returned no streams.\n');
  process.exitCode = 1;
} else if (unknown.length > 0) {
  process.stderr.write(
    `No such stream: ${unknown.join(', ')}. Available: ${found.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 1;
} else {
  const streams = found
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
    .map((stream) => ({
      stream,
      sync_mode: stream.supported_sync_modes.includes('incremental') ? 'incremental' : 'full_refresh',
      destination_sync_mode: stream.source_defined_primary_key ? 'append_dedup' : 'append',
      cursor_field: stream.default_cursor_field ?? [],
      primary_key: stream.source_defined_primary_key ?? [],
    }));
  process.stdout.write(`${JSON.stringify({ streams }, undefined, 2)}\n`);
}
