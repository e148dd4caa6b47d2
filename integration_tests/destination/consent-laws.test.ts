import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { startOrtto } from '../simulators/ortto.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';
import { switchDescriptions } from '../simulators/ortto/switches.ts';
import type { Switches } from '../simulators/ortto/switches.ts';
import { errorsOf, liveWrite, record, salesforceId, state, stateIds } from './destination-run.ts';
import type { Run } from './destination-run.ts';

// The laws of consent, for any lists, values and settings. What a value means is worked out here a second time.

const PERMISSIONS = { email_permission: 'bol::p', sms_permission: 'bol::sp' } as const;
type Permission = keyof typeof PERMISSIONS;
const COLUMNS: { readonly [Name in Permission]: string } = { email_permission: 'Mail__c', sms_permission: 'Text__c' };
const streams = { Contact: ['Id', 'Email', 'LastName', 'Mail__c', 'Text__c'] };

interface List {
  readonly option: 'opted_out_when' | 'opted_in_when';
  readonly values: readonly string[];
}
interface Scene {
  readonly lists: { readonly [Name in Permission]: List };
  readonly strategy: 'overwrite_existing' | 'append_only' | 'ignore';
  readonly modify: JsonObject;
  readonly createNew: boolean;
  readonly limit: { readonly records: number; readonly percent: number };
  /** How many people are in Ortto before, with both permissions. */
  readonly before: number;
  readonly records: readonly { readonly number: number; readonly mail: unknown; readonly text: unknown }[];
}

const WORDS = ['yes', 'no', 'opted out', 'true', 'false', '7'];
const spelled = fc
  .tuple(fc.constantFrom(...WORDS), fc.boolean(), fc.constantFrom('', ' ', '\n'))
  .map(([word, isLoud, space]) => space + (isLoud ? word.toUpperCase() : word) + space);
const value = fc.oneof(
  { weight: 4, arbitrary: spelled },
  fc.constantFrom<unknown>(true, false, 1, 0, '1', '0', 7, null, '', ' ', undefined, 'perhaps'),
  fc.array(fc.constantFrom('Yes', 'No', 'Perhaps'), { maxLength: 3 }),
);
const list: fc.Arbitrary<List> = fc.record({
  option: fc.constantFrom('opted_out_when', 'opted_in_when'),
  values: fc.uniqueArray(spelled, { minLength: 1, maxLength: 3 }),
});
const scene: fc.Arbitrary<Scene> = fc.record({
  lists: fc.record({ email_permission: list, sms_permission: list }),
  strategy: fc.constantFrom('overwrite_existing', 'overwrite_existing', 'append_only', 'ignore'),
  modify: fc.constantFrom<JsonObject>(
    { mode: 'selected' },
    { mode: 'selected', fields: ['email', 'email_permission'] },
    { mode: 'if_empty' },
    { mode: 'none' },
  ),
  createNew: fc.boolean(),
  limit: fc.record({ records: fc.nat(8), percent: fc.constantFrom(0, 20, 50, 80, 100) }),
  before: fc.nat(12),
  records: fc.array(fc.record({ number: fc.nat(14), mail: value, text: value }), { minLength: 1, maxLength: 25 }),
});

const meaningOf = (given: unknown): string => {
  const text = (typeof given === 'string' ? given : given === null ? '' : JSON.stringify(given)).trim().toLowerCase();
  return text === '1' ? 'true' : text === '0' ? 'false' : text;
};

/** What a value means to a list. */
const judge = ({ option, values }: List, given: unknown): 'stated' | 'implied' | 'in' => {
  if (given === undefined) return 'in';
  const isListed = (Array.isArray(given) ? given : [given]).some((one) =>
    values.map(meaningOf).includes(meaningOf(one)),
  );
  if (option === 'opted_out_when') return isListed ? 'stated' : 'in';
  return isListed ? 'in' : 'implied';
};

const travels = ({ strategy, modify }: Scene, permission: Permission): boolean => {
  const fields = modify['fields'] as readonly string[] | undefined;
  return strategy !== 'ignore' && modify['mode'] === 'selected' && (fields?.includes(permission) ?? true);
};

const contactOf = (number: number, more: JsonObject = {}): string =>
  record('Contact', {
    Id: salesforceId('003', number),
    Email: `p${number}@corp.test`,
    LastName: `No. ${number}`,
    ...Object.fromEntries(Object.entries(more).filter(([, each]) => each !== undefined)),
  });

const configOf = ({ lists, strategy, modify, createNew, limit }: Scene): JsonObject => ({
  objects: [
    {
      stream: 'Contact',
      fields: Object.entries(lists).map(([to, { option, values }]) => ({
        from: COLUMNS[to as Permission],
        to,
        [option]: values,
      })),
    },
  ],
  modify_system_fields: modify,
  people: { merge_strategy: strategy, create_new: createNew },
  limits: { opted_in_when: limit },
});

interface Played {
  readonly run: Run;
  /** Every permission that a request carried. */
  readonly sent: readonly unknown[];
  readonly permissionOf: (number: number, permission: Permission) => unknown;
  readonly existedBefore: ReadonlySet<number>;
}

const play = async (what: Scene, switches: Partial<Switches>): Promise<Played> => {
  let sent: unknown[] = [];
  const ortto: OrttoSimulator = await startOrtto({
    switches,
    rowProblem(fields) {
      for (const id of Object.values(PERMISSIONS)) if (fields.has(id)) sent.push(fields.get(id));
      return undefined;
    },
  });
  try {
    const numbers = Array.from({ length: what.before }, (_, number) => number);
    const columns = { streams: { Contact: ['Id', 'Email', 'LastName'] } };
    if (numbers.length > 0) await liveWrite(ortto, { ...columns, lines: numbers.map((number) => contactOf(number)) });
    const given = { 'bol::p': true, 'bol::sp': true };
    const people = ortto.cdp.people().map(({ id }) => ({ fields: { 'str::person_id': id, ...given } }));
    if (people.length > 0) {
      ortto.cdp.call('POST', '/person/merge', { people, merge_by: ['str::person_id'], merge_strategy: 2 });
    }
    sent = [];
    const lines = what.records.map(({ number, mail, text }) => contactOf(number, { Mail__c: mail, Text__c: text }));
    const run = await liveWrite(ortto, { config: configOf(what), streams, lines: [...lines, state('Contact', 1)] });
    const permissionOf = (number: number, permission: Permission): unknown =>
      ortto.cdp.peopleWith('str:cm:salesforce-contact-id', salesforceId('003', number))[0]?.fields[
        PERMISSIONS[permission]
      ];
    const all = new Map(
      what.records.flatMap(({ number }) =>
        (['email_permission', 'sms_permission'] as const).map((each) => [
          `${number} ${each}`,
          permissionOf(number, each),
        ]),
      ),
    );
    return {
      run,
      sent,
      permissionOf: (number, permission) => all.get(`${number} ${permission}`),
      existedBefore: new Set(numbers),
    };
  } finally {
    await ortto.close();
  }
};

const saidOf = (what: Scene, { mail, text }: Scene['records'][number]) => ({
  email_permission: judge(what.lists.email_permission, mail),
  sms_permission: judge(what.lists.sms_permission, text),
});

/** Whether the scene is beyond its limit, counted record by record. */
const isBeyond = (what: Scene, before: ReadonlySet<number>): boolean => {
  const known = new Set(before);
  const names = (['email_permission', 'sms_permission'] as const).filter((each) => travels(what, each));
  let [existed, implied] = [0, 0];
  for (const each of what.records) {
    const said = saidOf(what, each);
    if (known.has(each.number)) {
      existed += 1;
      if (names.some((name) => said[name] === 'implied')) implied += 1;
    }
    if (what.createNew) known.add(each.number);
  }
  return implied > what.limit.records && implied * 100 > what.limit.percent * existed;
};

/** What holds of every sync that succeeds. */
const holdToTheLaw = (what: Scene, { run, sent, permissionOf, existedBefore }: Played): void => {
  expect(stateIds(run)).toEqual([1]);
  expect(sent.filter((each) => each !== false)).toEqual([]);
  const seen = new Set<number>();
  for (const each of what.records) {
    const isNew = !existedBefore.has(each.number) && !seen.has(each.number);
    seen.add(each.number);
    const said = saidOf(what, each);
    for (const permission of ['email_permission', 'sms_permission'] as const) {
      const isOut = said[permission] !== 'in' && (travels(what, permission) || isNew);
      if (isOut) expect([each, permission, permissionOf(each.number, permission)]).not.toContain(true);
    }
  }
};

const holdToTheLimit = (what: Scene, { run, sent, permissionOf, existedBefore }: Played): void => {
  expect(errorsOf(run)).toMatchObject([
    { failure_type: 'config_error', message: expect.stringContaining('limits.opted_in_when') },
  ]);
  expect(stateIds(run)).toEqual([]);
  expect(sent.filter((each) => each !== false)).toEqual([]);
  for (const permission of ['email_permission', 'sms_permission'] as const) {
    for (const number of existedBefore) {
      const said = what.records.filter((each) => each.number === number).map((each) => saidOf(what, each)[permission]);
      if (said.length === 0) continue;
      const isOut = said.includes('stated') && travels(what, permission);
      expect([number, permission, permissionOf(number, permission)]).toEqual([number, permission, !isOut]);
    }
  }
};

test('nobody who is out ends subscribed, `true` is never sent, and beyond the limit no implied opt-out is, nor its state', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (what) => {
      const played = await play(what, {});
      const isRefused = isBeyond(what, played.existedBefore);
      expect(errorsOf(played.run)).toHaveLength(isRefused ? 1 : 0);
      (isRefused ? holdToTheLimit : holdToTheLaw)(what, played);
    }),
    { numRuns: 300 },
  );
});

/** Whether an update that says nothing about a permission gives it back, nobody could make up for: see the page's limitations. */
const others = switchDescriptions.filter(({ name }) => name !== 'omittedPermission');
const mixture = fc.record(
  Object.fromEntries(others.map(({ name, positions }) => [name, fc.constantFrom(...positions)])),
);

test('whatever Ortto leaves open, nobody who is out ends subscribed', async () => {
  const unlimited = scene.map((what) => ({ ...what, limit: { records: 0, percent: 100 } }));
  await fc.assert(
    fc.asyncProperty(unlimited, mixture, async (what, switches) => {
      const played = await play(what, switches);
      expect(errorsOf(played.run)).toEqual([]);
      holdToTheLaw(what, played);
    }),
    { numRuns: 150 },
  );
});
