// Rewrites the tables of README.md and docs/ that follow from the schemas, the code and the changelog: npm run readme.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { documentTables, withTable } from '../docs/tables/document-tables.ts';

const root = path.join(import.meta.dirname, '..');
const changelog = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');

for (const table of documentTables(changelog)) {
  const file = path.join(root, table.file);
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), table));
}
