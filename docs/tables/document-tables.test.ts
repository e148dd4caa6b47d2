import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { documentTables, withTable } from './document-tables.ts';

const readText = (file: string): string => readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8');

test.each(documentTables(readText('CHANGELOG.md')))('$file shows the $name as the project has them', (table) => {
  const document = readText(table.file);
  expect(table.text.split('\n').length).toBeGreaterThan(2);
  expect(withTable(document, table), 'run `npm run readme`').toBe(document);
});

test('A document without a place for its table is an error', () => {
  const table = { file: 'a.md', name: 'options', text: '| a |' };
  expect(() => withTable('Nothing here.', table)).toThrow('a.md has no place for the options');
  expect(withTable('<!-- options -->old<!-- end of the options -->', table)).toBe(
    '<!-- options -->\n\n| a |\n\n<!-- end of the options -->',
  );
});
