import path from 'node:path';
import { defineConfig } from 'oxlint';
import type { OxlintOverride } from 'oxlint';
import { LAYERS, TEST_PACKAGES } from './layers.ts';
import type { Layer } from './layers.ts';

/** Each says why in its first comment. */
const LONG_FILES = ['integration_tests/platform/message-tracker.test.ts', 'integration_tests/project/image.test.ts'];

/** One closure each, whose parts share their position in a buffer. */
const LONG_FUNCTIONS = [
  'source-salesforce-cdp/records/csv-cell-writer.ts',
  'source-salesforce-cdp/records/csv-row-writer.ts',
];

/** Refuses every import but those that the patterns, in the manner of .gitignore, take out again. */
const onlyThese = (patterns: readonly string[], message: string): NonNullable<OxlintOverride['rules']> => ({
  'no-restricted-imports': ['error', { patterns: [{ group: ['**', ...patterns], message }] }],
});

const isFile = (place: string): boolean => path.extname(place) !== '';

/** How a file in one folder names another file, or the files of another folder. */
const specifier = (from: string, to: string): string => {
  const relative = path.posix.relative(from, isFile(to) ? to : `${to}/*`);
  return relative.startsWith('.') ? relative : `./${relative}`;
};

/** A pattern without a slash fits the last part of a name as well, so the third takes `@other/name` out again. */
const packagePatterns = (name: string): string[] => [`!${name}`, `!${name}/**`, `**/*/${name}`];

const overridesOf = ({ path: place, imports, packages, tests }: Layer): OxlintOverride[] => {
  const [folder, files] = isFile(place) ? [path.dirname(place), place] : [place, `${place}/*`];
  if (imports === 'anything') return [{ files: [files], rules: { 'no-restricted-imports': 'off' } }];
  const allow = (places: readonly string[], names: readonly string[], who: string) =>
    onlyThese(
      [...[...names, 'node:*'].flatMap(packagePatterns), ...places.map((other) => `!${specifier(folder, other)}`)],
      `${who} may import ${[...places, ...names, 'node:*'].join(', ')}: see layers.ts.`,
    );
  const own = isFile(place) ? imports : [place, ...imports];
  return [
    { files: [files], rules: allow(own, packages, place) },
    ...(isFile(place)
      ? []
      : [
          {
            files: [`${place}/*.test.ts`],
            rules: allow([...own, ...tests], [...packages, ...TEST_PACKAGES], `A test in ${place}`),
          },
        ]),
  ];
};

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'no-console': 'error',
    eqeqeq: ['error', 'always'],
    'prefer-const': 'error',
    'no-await-in-loop': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'import/no-unassigned-import': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-cycle': 'error',
    'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
    ...onlyThese([], 'This folder is not in layers.ts: list it there, with what it may import.'),
  },
  overrides: [
    // The last override that fits a file counts, so a folder comes before the files in it that are layers of their own.
    ...LAYERS.flatMap(overridesOf),
    {
      files: ['{source-salesforce-cdp,destination-ortto-cdp,airbyte,schemas}/**'],
      rules: { 'max-lines-per-function': ['error', { max: 100 }] },
    },
    { files: LONG_FUNCTIONS, rules: { 'max-lines-per-function': 'off' } },
    { files: LONG_FILES, rules: { 'max-lines': 'off' } },
    {
      files: ['**/*.test.ts'],
      rules: { 'max-lines-per-function': 'off', 'typescript/unbound-method': 'off' },
    },
    { files: ['.ci/**'], rules: { 'no-console': 'off' } },
  ],
});
