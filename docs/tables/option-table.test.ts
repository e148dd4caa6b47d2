import { expect, test } from 'vitest';
import { optionTable } from './option-table.ts';

test('A table shows nested options, choices, defaults, or only the top', () => {
  const schema = {
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
        items: {
          required: ['name', 'kind'],
          properties: {
            name: { description: 'Its name.', enum: ['a', 'b'], default: 'a', order: 0 },
            kind: { description: 'Its kind.', order: 1 },
          },
        },
      },
      colours: {
        order: 3,
        title: 'Colours',
        description: 'In order.',
        default: ['red'],
        items: { enum: ['red', 'blue'] },
      },
    },
  };
  expect(optionTable(schema).split('\n')).toEqual([
    '| option | default | meaning |',
    '| --- | --- | --- |',
    '| `login` | required | **Log in.** |',
    '| `login`: `key` |  | **By key.** |',
    '| `login.key` | required | A key. |',
    '| `size` | `5` | How \\| much. |',
    '| `list` |  | Things. |',
    '| `list[].name` | required, `a` | Its name. One of `a`, `b`. |',
    '| `list[].kind` | required | Its kind. |',
    '| `colours` | `red` | **Colours.** In order. Of `red`, `blue`. |',
  ]);
  const top = optionTable(schema, 'top').split('\n');
  expect(top.slice(2).map((row) => row.split('|')[1]?.trim())).toEqual(['`login`', '`size`', '`list`', '`colours`']);
});
