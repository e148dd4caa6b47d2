import type { Layer } from '../../layers.ts';

/** The folders that a reader of the picture looks for; the tests' own have a line in their folder's place. */
const isShown = ({ path }: Pick<Layer, 'path'>): boolean => !path.endsWith('.config.ts') && path !== 'layers.ts';

/** Holds no code of its own, so it is not in the table. */
const TESTS = {
  path: 'integration_tests',
  is: 'tests of the shipped entry points, the embedded servers, the demo, the benchmark',
};

/** Folders and ground files with what each is, indented by depth and in the table's order, as Markdown code. */
export const folderMap = (layers: readonly Layer[]): string => {
  const shown: Pick<Layer, 'path' | 'is'>[] = layers.filter(isShown);
  const tests = shown.findIndex(({ path }) => path.startsWith('integration_tests/'));
  const rows = shown.toSpliced(tests, 0, TESTS).map(({ path, is }) => {
    const depth = path.split('/').length - 1;
    const name = path.split('/').at(-1) ?? path;
    const isFile = name.endsWith('.ts');
    return { label: `${'  '.repeat(depth)}${name}${isFile ? '' : '/'}`, is };
  });
  const width = Math.max(...rows.map(({ label }) => label.length)) + 2;
  return rows.map(({ label, is }) => `    ${label.padEnd(width)}${is}`).join('\n');
};
