// Rewrites the option tables of README.md from the schemas: npm run readme.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import destination from '../schemas/destination-config.json' with { type: 'json' };
import { optionTable } from '../schemas/option-table.ts';
import source from '../schemas/source-config.json' with { type: 'json' };

const file = path.join(import.meta.dirname, '..', 'README.md');
const replaced = Object.entries({ source, destination }).reduce(
  (text, [name, schema]) => {
    const [begin, end] = [`<!-- options of the ${name} -->`, `<!-- end of the options of the ${name} -->`];
    const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
    if (start === -1 || stop === -1) throw new Error(`README.md has no place for the options of the ${name}`);
    return `${text.slice(0, start + begin.length)}\n\n${optionTable(schema)}\n\n${text.slice(stop)}`;
  },
  readFileSync(file, 'utf8'),
);
writeFileSync(file, replaced);
