// Rewrites the tables of README.md and docs/ that follow from the schemas: npm run readme.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DOCUMENT_TABLES, withTable } from '../schemas/document-tables.ts';

for (const table of DOCUMENT_TABLES) {
  const file = path.join(import.meta.dirname, '..', table.file);
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), table));
}
