/**
 * The folders of this repository that hold code, and what each may import. `oxlint.config.ts` makes the linter's rules from
 * this table, and a file in a folder that is not listed here may not import anything.
 */
export interface Layer {
  /** From the root. A folder holds its own files only, since a folder within it is a layer of its own; or one file. */
  readonly path: string;
  /** What it is. */
  readonly is: string;
  /** The other layers whose files it may import, and single files; `anything` where no rule is needed. */
  readonly imports: readonly string[] | 'anything';
  /** The packages it may import, whole or in parts. Modules of Node need no mention. */
  readonly packages: readonly string[];
  /** What its unit tests may import besides. */
  readonly tests: readonly string[];
}

/** The packages that any unit test may import. */
export const TEST_PACKAGES: readonly string[] = ['vitest', 'fast-check', 'nock', 'csv-parse'];

interface Floor {
  readonly folder: string;
  readonly is: string;
  readonly packages?: readonly string[];
}

/**
 * A connector's layers: `floors` from the top, of which each may import those below it; `ground` files, which all of them may
 * import, and each of which may import those after it; and the commands in the connector's own folder, which may import every
 * floor. Only unit tests may import `fixtures`.
 */
const connector = (
  name: string,
  is: string,
  parts: { floors: readonly Floor[]; ground: Readonly<Record<string, string>>; fixtures?: string },
): Layer[] => {
  const floors = parts.floors.map(({ folder }) => `${name}/${folder}`);
  const files = Object.keys(parts.ground).map((file) => `${name}/${file}`);
  const fixtures = parts.fixtures === undefined ? [] : [{ path: `${name}/fixtures`, is: parts.fixtures }];
  const below = [...files, 'airbyte', 'schemas'];
  const tests = [name, ...floors, ...fixtures.map(({ path }) => path)];
  return [
    { path: name, is, imports: [...floors, ...below], packages: [], tests },
    ...parts.floors.map(({ folder, is: what, packages = [] }, index) => ({
      path: `${name}/${folder}`,
      is: what,
      imports: [...floors.slice(index + 1), ...below],
      packages,
      tests,
    })),
    ...fixtures.map((fixture) => ({
      ...fixture,
      imports: [...floors, ...below],
      packages: [...TEST_PACKAGES, 'json-schema'],
      tests,
    })),
    ...Object.entries(parts.ground).map(([file, what], index) => ({
      path: `${name}/${file}`,
      is: what,
      imports: ['airbyte', 'schemas', ...files.slice(index + 1)],
      packages: [],
      tests: [],
    })),
  ];
};

const layer = (
  path: string,
  is: string,
  imports: Layer['imports'] = 'anything',
  packages: readonly string[] = [],
  tests: readonly string[] = [],
): Layer => ({ path, is, imports, packages, tests });

const SIMULATORS = 'integration_tests/simulators';

export const LAYERS: readonly Layer[] = [
  ...connector('destination-ortto-cdp', 'writes to Ortto: spec, check, write; start at write.ts', {
    floors: [
      { folder: 'delivery', is: 'what is asked of Ortto for a batch: passes, links, hand-overs, removals, activities' },
      { folder: 'queue', is: 'what waits, what is under way, what is settled, and which states may leave; the ledger' },
      {
        folder: 'records',
        is: 'one record, and what it becomes; pure',
        packages: ['json-schema', 'libphonenumber-js', 'validator'],
      },
      {
        folder: 'mapping',
        is: 'settings, catalog and account, and the one mapping per stream they give',
        packages: ['json-schema', 'libphonenumber-js'],
      },
      { folder: 'ortto', is: 'the vendor: calls, answers, refusals, pace', packages: ['undici', 'json-schema'] },
    ],
    fixtures: 'what unit tests share; not in the images',
    ground: {
      'config.ts': 'the settings, parsed',
      'object-problems.ts': 'what is wrong with the entries of `objects` beyond their schema',
      'reasons.ts': 'every reason to skip or reject a record or to leave a field out, with its sentence for the user',
    },
  }),
  ...connector('source-salesforce-cdp', 'reads Salesforce: spec, check, discover, read; start at read.ts', {
    floors: [
      { folder: 'reading', is: 'a stream, window by window, by Bulk or REST' },
      { folder: 'records', is: "Salesforce's rows, and the RECORD lines they become" },
      {
        folder: 'planning',
        is: 'which rows to ask for: state, windows, conditions, SOQL; pure',
        packages: ['json-schema'],
      },
      { folder: 'catalog', is: 'objects and their fields, and the streams they give; pure', packages: ['json-schema'] },
      { folder: 'salesforce', is: 'the vendor: login, session, REST, Bulk, failures', packages: ['jsforce', 'undici'] },
    ],
    fixtures: 'an example org and what else unit tests share; not in the images',
    ground: { 'config.ts': 'the settings, parsed' },
  }),
  layer(
    'schemas',
    'configs, states, the mapping and the protocol as JSON Schema or data, and the validator',
    ['airbyte'],
    ['ajv', 'ajv-formats'],
  ),
  layer(
    'airbyte',
    'the protocol edge that both connectors stand on; the only folder that knows the CDK',
    ['package.json'],
    ['faros-airbyte-cdk', 'json-schema', 'leven'],
  ),
  layer('docs', 'pages, and scripts for users that need only Node', []),
  layer('docs/tables', 'the tables in the pages, made from schemas and code', [
    'schemas',
    'airbyte',
    'destination-ortto-cdp/reasons.ts',
    'destination-ortto-cdp/ortto/refusals.ts',
    'destination-ortto-cdp/ortto/system-fields.ts',
    'layers.ts',
  ]),
  layer(SIMULATORS, 'the embedded Salesforce and Ortto; they share no code with the connectors', [
    `${SIMULATORS}/ortto`,
    `${SIMULATORS}/salesforce`,
    'integration_tests/demo/working-day.ts',
  ]),
  layer(
    `${SIMULATORS}/ortto`,
    'the embedded Ortto',
    [`${SIMULATORS}/ortto/switches`],
    [],
    [SIMULATORS, `${SIMULATORS}/ortto/fixtures`],
  ),
  layer(`${SIMULATORS}/ortto/switches`, 'every question that Ortto leaves open, with the answers there may be', [
    `${SIMULATORS}/ortto`,
  ]),
  layer(
    `${SIMULATORS}/ortto/fixtures`,
    'what its tests share',
    [SIMULATORS, `${SIMULATORS}/ortto`, `${SIMULATORS}/ortto/switches`],
    TEST_PACKAGES,
  ),
  layer(
    `${SIMULATORS}/salesforce`,
    'the embedded Salesforce',
    [`${SIMULATORS}/salesforce/population`],
    ['@faker-js/faker', '@jetstreamapp/soql-parser-js'],
    [SIMULATORS, `${SIMULATORS}/salesforce/fixtures`],
  ),
  layer(
    `${SIMULATORS}/salesforce/population`,
    'the people and companies of the embedded org',
    [`${SIMULATORS}/salesforce`],
    ['@faker-js/faker'],
  ),
  layer(
    `${SIMULATORS}/salesforce/fixtures`,
    'what its tests share',
    [SIMULATORS, `${SIMULATORS}/salesforce`],
    TEST_PACKAGES,
  ),
  layer('integration_tests/acceptance', "the rules of Airbyte's acceptance tests"),
  layer('integration_tests/benchmark', 'speed and memory, compared with other ways to do it'),
  layer('integration_tests/demo', 'a sync and a day of changes, to watch'),
  layer('integration_tests/destination', 'the destination against the embedded Ortto'),
  layer('integration_tests/fixtures', 'where the repository is, and what starts a connector in a test'),
  layer('integration_tests/platform', 'both connectors, with a platform that plays Airbyte between them'),
  layer('integration_tests/project', 'what holds for the repository: layers, packaging, images, documents'),
  layer('integration_tests/proof', 'what the demo, the platform and the PyAirbyte tests check'),
  layer('integration_tests/protocol', 'a connector as a process that speaks the protocol'),
  layer('integration_tests/pyairbyte', 'both connectors under PyAirbyte'),
  layer('integration_tests/source', 'the source against the embedded Salesforce'),
  layer('.ci', 'what installs, releases and continuous integration run'),
  layer('layers.ts', 'this table'),
  layer('oxlint.config.ts', "the linter's settings"),
  layer('vitest.config.ts', "the tests' settings"),
];
