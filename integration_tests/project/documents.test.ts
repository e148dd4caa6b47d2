import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LEFT_OUT_REASONS, REJECT_REASONS, SKIP_REASONS } from '../../destination-ortto-cdp/reasons.ts';
import packageFile from '../../package.json' with { type: 'json' };
import destinationSchema from '../../schemas/destination-config.json' with { type: 'json' };
import sourceSchema from '../../schemas/source-config.json' with { type: 'json' };
import { validator } from '../../schemas/validator.ts';
import { saidIn } from './sentences-in-code.ts';
import { root } from '../fixtures/root.ts';

// What the documents say is held to the code: people look for the sentence they see.

const readText = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const DOCUMENTS = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];

/** The code of folders and files. */
const codeOf = (...places: readonly string[]): string =>
  places
    .flatMap((place) => (place.endsWith('.ts') ? [place] : globSync(`${place}/**/*.ts`, { cwd: root })))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(readText)
    .join('\n');

/** Texts as they are put together: constants in their place, pieces of one text joined, what varies as `…`. */
const spoken = (code: string): string => {
  const constants = new Map(
    [...code.matchAll(/const ([A-Z_]+) =\s+'([^'\n]+)';/g)].map(([, name = '', text = '']) => [name, text]),
  );
  return code
    .replaceAll(/\$\{([A-Z_]+)\}/g, (whole, name: string) => constants.get(name) ?? whole)
    .replaceAll(/['`]\s*\+\s*['`]/g, '')
    .replaceAll(String.raw`\'`, "'")
    .replaceAll(/\s+/g, ' ');
};

/** The first cells of the tables whose first column is called so. */
const firstCells = (document: string, heading: string): string[] =>
  document
    .split(/\n\n+/)
    .filter((block) => block.startsWith(`| ${heading} |`))
    .flatMap((table) => table.split('\n').slice(2))
    .map((row) => row.split(' | ')[0]?.replace(/^\| /, '') ?? '');

const codeSpans = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);

/** A sentence in which `…` is anything short; what it stands for in the code is an expression. */
const pattern = (sentence: string): RegExp =>
  new RegExp(
    sentence
      .split('…')
      .map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join(String.raw`.{0,160}?`),
  );

/** Whether a sentence is in a long text. Only where its longest piece is, the pattern is tried: over all of it, it takes seconds. */
const isIn = (text: string, sentence: string): boolean => {
  const [longest = ''] = sentence.split('…').toSorted((a, b) => b.length - a.length);
  const reach = sentence.length * 4;
  for (let at = text.indexOf(longest); at !== -1; at = text.indexOf(longest, at + 1)) {
    if (pattern(sentence).test(text.slice(Math.max(0, at - reach), at + reach))) return true;
  }
  return false;
};

const SIDES = [
  ['docs/source-salesforce-cdp.md', 'source-salesforce-cdp'],
  ['docs/destination-ortto-cdp.md', 'destination-ortto-cdp'],
] as const;

test.each(SIDES)('%s explains only sentences that a connector really uses', (file, folder) => {
  const said = spoken(codeOf(folder, 'airbyte', 'schemas/validator.ts'));
  const sentences = firstCells(readText(file), 'you see').flatMap(codeSpans);
  expect(sentences.length).toBeGreaterThan(30);
  expect(sentences.filter((sentence) => !isIn(said, sentence))).toEqual([]);
});

/** Beginnings and ends of sentences that are explained where the rest of them is. */
const PIECES: readonly string[] = [
  '… has a problem: …',
  '… has … problems:\n…',
  'objects[…]: …',
  '…, … time(s) in a row',
  'rejected …',
  '… missing',
  '… instead of …',
];

/** Of the protocol edge, only what a destination can say: it alone has an input. */
const ONLY_OF_DESTINATIONS = ['airbyte/destination-runner.ts', 'airbyte/input.ts'];

test.each(SIDES)('%s explains every failure and warning of its connector', (file, folder) => {
  const foreign = folder.startsWith('source') ? saidIn(codeOf(...ONLY_OF_DESTINATIONS)) : [];
  const said = saidIn(codeOf(folder, 'airbyte')).filter((text) => ![...PIECES, ...foreign].includes(text));
  const explained = firstCells(readText(file), 'you see').flatMap(codeSpans).map(pattern);
  expect(said.length).toBeGreaterThan(30);
  expect(said.filter((text) => !explained.some((sentence) => sentence.test(text)))).toEqual([]);
});

test.each(SIDES)('%s explains everything its schema can find wrong with a value', (file) => {
  const phrases = /const PHRASES[\s\S]*?\n\};/.exec(readText('schemas/validator.ts'))?.[0] ?? '';
  const said = [...phrases.matchAll(/['`]((?:is|must|has|does) [^'`$]*)/g)].map(([, text = '']) => text);
  const explained = firstCells(readText(file), 'you see').flatMap(codeSpans).map(pattern);
  expect(said.length).toBeGreaterThan(10);
  expect(said.filter((text) => !explained.some((sentence) => sentence.test(text)))).toEqual([]);
});

test('The sentences for a config that Salesforce refuses are all explained', () => {
  const document = readText('docs/source-salesforce-cdp.md');
  const refusals = spoken(codeOf('source-salesforce-cdp')).matchAll(/kind: 'config', advice: ['`]([^'`]+)['`]/g);
  const advice = [...new Set([...refusals].map(([, text = '']) => text))];
  expect(advice.length).toBeGreaterThan(20);
  expect(advice.filter((text) => !document.includes(text))).toEqual([]);
});

/** Where a file may be that a page names without its first folders. */
const HOMES = ['', 'source-salesforce-cdp', 'destination-ortto-cdp', 'integration_tests', 'airbyte'] as const;

test.each(['docs/architecture.md', 'CONTRIBUTING.md', 'SECURITY.md'])(
  'Every file and folder that %s names exists',
  (page) => {
    const named = codeSpans(readText(page)).filter((text) => /^[\w.-]+\/[\w./-]*$|^[\w-]+\.(?:ts|md|json)$/.test(text));
    const isThere = (name: string) =>
      HOMES.some(
        (home) =>
          existsSync(path.join(root, home, name)) || globSync(`${home || '*'}/**/${name}`, { cwd: root }).length > 0,
      );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  },
);

test('Every reason that is explained is given somewhere', () => {
  const code = codeOf('destination-ortto-cdp').replace(readText('destination-ortto-cdp/reasons.ts'), '');
  const reasons = Object.keys({ ...SKIP_REASONS, ...LEFT_OUT_REASONS, ...REJECT_REASONS }).filter(
    (reason) => reason !== 'status_…',
  );
  expect(reasons.filter((reason) => !code.includes(`'${reason}'`))).toEqual([]);
});

/** Airbyte's headings of a connector's page, in its order; a page may have others between the fourth and the fifth. */
const HEADINGS = ['Prerequisites', 'Setup guide', 'Supported sync modes', 'Streams', 'Limitations', 'Troubleshooting'];

test.each(SIDES)("%s has Airbyte's headings in Airbyte's order", (file) => {
  const headings = [...readText(file).matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
  expect(headings.slice(0, 4)).toEqual(HEADINGS.slice(0, 4));
  expect(headings.filter((heading) => HEADINGS.includes(heading))).toEqual(HEADINGS);
  expect(headings.at(-1)).toBe('Changelog');
});

test.each([
  ['docs/source-salesforce-cdp.md', sourceSchema],
  ['docs/destination-ortto-cdp.md', destinationSchema],
] as const)('%s names every required option by its title before it comes to the sync modes', (file, schema) => {
  const [beginning = ''] = readText(file).split('## Supported sync modes');
  const required = Object.entries<{ title: string }>(schema.properties)
    .filter(([name]) => (schema.required as readonly string[]).includes(name))
    .map(([, { title }]) => title);
  expect(required.length).toBeGreaterThan(0);
  expect(required.filter((title) => !beginning.includes(`**${title}**`))).toEqual([]);
});

test('The image tags in the documents are the version of the package', () => {
  const texts = DOCUMENTS.map(readText).join('\n');
  const tags = [
    ...texts.matchAll(/(?:source-salesforce|destination-ortto)-cdp:(\d[\w.-]*)/g),
    ...(/^\| Docker image tag.*$/m.exec(texts)?.[0] ?? '').matchAll(/`([^`]+)`/g),
  ].map(([, tag = '']) => tag);
  expect(tags.length).toBeGreaterThan(3);
  expect(tags.filter((tag) => tag !== packageFile.version)).toEqual([]);
});

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replaceAll(' ', '-');

test.each(DOCUMENTS)('The links of %s lead somewhere', (file) => {
  const links = [...readText(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  const broken = links.filter(([, target = '', anchor]) => {
    const aim = target === '' ? file : path.join(path.dirname(file), target);
    if (!existsSync(path.join(root, aim))) return true;
    const headings = [...readText(aim).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    return anchor !== undefined && !headings.includes(anchor);
  });
  expect(links.length).toBeGreaterThan(0);
  expect(broken.map(([link]) => link)).toEqual([]);
});

const source = validator(sourceSchema);
const destination = validator(destinationSchema);

/** The faults of a sample, completed to a config by what every config needs. */
const sampleFaults = (sample: object): readonly string[] => {
  if ('mode' in sample) return destination({ api_key: 'key', modify_system_fields: sample });
  if ('merge_strategy' in sample || 'find_strategy' in sample) return destination({ api_key: 'key', people: sample });
  if ('stream' in sample) return destination({ api_key: 'key', objects: [sample] });
  if ('name' in sample) return sampleFaults({ objects: [sample] });
  if ('api_key' in sample || JSON.stringify(sample).includes('"stream"'))
    return destination({ api_key: 'key', ...sample });
  const credentials = { auth_type: 'client_credentials', client_id: 'id', client_secret: 'secret' };
  return source({ credentials, ...sample });
};

test('Every config in the documents is one that the connectors take', () => {
  const samples = DOCUMENTS.flatMap((file) =>
    [...readText(file).matchAll(/```json\n([\s\S]*?)```|`(\{"[^`]*\})`/g)].map(
      ([, block, inline = '']) => block ?? inline,
    ),
  );
  expect(samples.length).toBeGreaterThan(15);
  const faults = samples.map((text) => ({ text, faults: sampleFaults(JSON.parse(text) as object) }));
  expect(faults.filter((each) => each.faults.length > 0)).toEqual([]);
});
