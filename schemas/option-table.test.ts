import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import destination from './destination-config.json' with { type: 'json' };
import { optionTable } from './option-table.ts';
import source from './source-config.json' with { type: 'json' };

const readme = readFileSync(path.join(import.meta.dirname, '..', 'README.md'), 'utf8');

test.each([
  ['source', source],
  ['destination', destination],
])('The README shows the options of the %s as its schema has them', (_name, schema) => {
  expect(readme, 'run `npm run readme`').toContain(optionTable(schema));
});

test('A table shows nested options, choices, defaults', () => {
  const table = optionTable({
    required: ['login'],
    properties: {
      size: { description: 'How | much.', default: 5, order: 1 },
      login: {
        title: 'Log in',
        order: 0,
        oneOf: [
          {
            title: 'By key',
            required: ['key'],
            properties: { kind: { const: 'key' }, key: { description: 'A key.' } },
          },
        ],
      },
      list: {
        order: 2,
        description: 'Things.',
        items: { required: ['name'], properties: { name: { description: 'Its name.', enum: ['a', 'b'] } } },
      },
    },
  });
  expect(table.split('\n')).toEqual([
    '| option | default | meaning |',
    '| --- | --- | --- |',
    '| `login` | required | Log in |',
    '| `login`: `key` |  | By key |',
    '| `login.key` | required | A key. |',
    '| `size` | `5` | How \\| much. |',
    '| `list` |  | Things. |',
    '| `list[].name` | required | Its name. One of `a`, `b`. |',
  ]);
});
