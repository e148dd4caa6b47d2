import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../fixtures/root.ts';
import { switchDescriptions } from '../simulators/ortto/switches.ts';

// docs/vendors.md is where the code's facts about the vendors have their sources.

const tables = readFileSync(path.join(root, 'docs/vendors.md'), 'utf8')
  .split(/\n\n+/)
  .filter((block) => block.startsWith('| '))
  .map((block) =>
    block
      .trimEnd()
      .split('\n')
      .map((row) => row.slice(2, -2).split(' | ')),
  );

const rowsUnder = (heading: string): readonly string[][] =>
  tables.filter(([head]) => head?.[0] === heading).flatMap((rows) => rows.slice(2));

test('Every switch of the embedded Ortto is listed as an unknown, with the answers it can give, and no others are', () => {
  const listed = rowsUnder('switch').map((row) => row.join(' | '));
  const switches = switchDescriptions.map(
    ({ name, positions, about }) => `\`${name}\` | ${positions.join(', ')} | ${about}`,
  );
  expect(switches.length).toBeGreaterThan(40);
  expect(listed.toSorted()).toEqual(switches.toSorted());
});

test('Every fact has a grade and a source', () => {
  const facts = rowsUnder('fact');
  expect(facts.length).toBeGreaterThan(80);
  const unfit = facts.filter(
    ([, grade = '', source = '', ...more]) =>
      !['documented', 'seen', 'unknown'].includes(grade) || source.trim() === '' || more.length > 0,
  );
  expect(unfit).toEqual([]);
});
