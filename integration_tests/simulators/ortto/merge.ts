import { recordPermissionChanges } from './consent.ts';
import { mergeFields, newFields } from './field-merge.ts';
import { idProblem, isId } from './ids.ts';
import type { Answer, Instance } from './instance.ts';
import type { JsonObject } from './json.ts';
import { findMatch, hasKey } from './match.ts';
import type { MatchKey } from './match.ts';
import { readMergeRequest } from './merge-request.ts';
import type { MergeRequest } from './merge-request.ts';
import { Refusal, refusedField, rowError } from './refusal.ts';
import { idKeys, readRow } from './row.ts';
import type { Row } from './row.ts';
import type { Entity, Store } from './store.ts';

// person/merge and accounts/merge, without HTTP (docs/vendors.md, from Matching to Accounts and links).

/** What became of a row. */
type Outcome =
  | { readonly status: 'invalid' | 'suppressed'; readonly error: string }
  | { readonly status: string; readonly id: string | undefined; readonly skipped: boolean };

/** What is known of a row before anything is written. */
type Judged = { readonly row: Row; readonly match: Entity | undefined } | { readonly bad: Outcome };

const EMAIL_FIELDS = ['str::email', 'str::ei'];

const invalid = (error: string): { readonly bad: Outcome } => ({ bad: { status: 'invalid', error } });

const isBad = (outcome: Outcome): boolean => 'error' in outcome;

const matchKeys = (request: MergeRequest, row: Row): readonly MatchKey[] =>
  request.mergeBy.map((fieldId) => ({
    fieldId,
    value: row.fields.get(fieldId),
    alternatives: request.alternatives.get(fieldId) ?? [],
  }));

const findById = (store: Store, id: string, { switches }: Instance): Entity | undefined => {
  const entity = store.get(id);
  return entity?.archivedAt !== undefined && switches.archivedMatch === 'unseen' ? undefined : entity;
};

const isSuppressed = ({ suppressed }: Instance, { suppressionField }: MergeRequest, row: Row): boolean => {
  const email = suppressionField === undefined ? undefined : row.fields.get(suppressionField);
  return typeof email === 'string' && suppressed.has(email.trim().toLowerCase());
};

const judge = (instance: Instance, store: Store, request: MergeRequest, json: unknown): Judged => {
  const { switches } = instance;
  const read = readRow(instance, store, json);
  if ('problem' in read) return invalid(read.problem);
  const { row } = read;
  const refusal = refusedField(instance, row.fields) ?? instance.rowProblem(row.fields);
  if (refusal !== undefined) return invalid(refusal);
  if (request.byId) {
    const id = idKeys[store.noun].map((key) => row.ids.get(key)).find((value) => value !== undefined);
    if (!isId(id)) return invalid(idProblem(id));
    const match = findById(store, id, instance);
    if (match === undefined && switches.unknownPersonId === 'invalid') return invalid(`${id}: Object not found`);
    return { row, match };
  }
  const keys = matchKeys(request, row);
  if (!hasKey(keys, switches) && switches.keylessRow === 'invalid') return invalid('No merge field has a value');
  const match = findMatch(store, keys, request.findStrategy, switches);
  const emailless =
    store.noun === 'person' && EMAIL_FIELDS.every((fieldId) => (row.fields.get(fieldId) ?? null) === null);
  if (emailless && (switches.emaillessRow === 'invalid' || (switches.emaillessRow === 'invalid-on-create' && !match))) {
    return invalid('An email or an external id is required');
  }
  if (match === undefined && !request.skipNonExisting && isSuppressed(instance, request, row)) {
    return { bad: { status: 'suppressed', error: 'Email is suppressed' } };
  }
  return { row, match };
};

const applyTags = (entity: Entity, row: Row): void => {
  for (const tag of row.unsetTags) entity.tags.delete(tag);
  for (const tag of row.tags) entity.tags.add(tag);
};

const update = (instance: Instance, store: Store, request: MergeRequest, row: Row, entity: Entity): Outcome => {
  const { switches } = instance;
  const now = instance.now();
  if (entity.archivedAt !== undefined && switches.archivedMatch === 'restored') store.archive(entity, undefined);
  const honoursClear = store.noun === 'person' || switches.organizationClearFields === 'honoured';
  const resubscribes =
    store.noun === 'person' &&
    switches.omittedPermission === 'subscribes' &&
    request.mergeStrategy === 2 &&
    !row.fields.has('bol::p');
  const changes = mergeFields(entity.fields, {
    fields: resubscribes ? new Map([...row.fields, ['bol::p', true]]) : row.fields,
    clear: honoursClear ? row.clear : new Set(),
    strategy: request.mergeStrategy,
    nullUnderAppend: switches.nullUnderAppend,
  });
  if (store.noun === 'person') recordPermissionChanges(instance, entity, changes);
  for (const [fieldId, value] of changes) store.set(entity, fieldId, value);
  const ignored = request.mergeStrategy === 3;
  if (!ignored || switches.tagsUnderIgnore === 'applied') applyTags(entity, row);
  if (!ignored) entity.editedAt = now;
  return { status: ignored ? switches.ignoredStatus : 'merged', id: entity.id, skipped: ignored };
};

const create = (instance: Instance, store: Store, request: MergeRequest, row: Row): Outcome => {
  const unknownId = request.byId && instance.switches.unknownPersonId === 'skipped';
  if (request.skipNonExisting || unknownId)
    return { status: instance.switches.absentStatus, id: undefined, skipped: true };
  if (store.noun === 'person' && store.size >= instance.limits.contacts) {
    throw new Refusal(507, 'The contact limit of your plan is exceeded');
  }
  const entity = store.create(instance.now());
  const values = newFields(store.noun, row.fields);
  if (store.noun === 'person') {
    // So that this is not a change: a person who never opted in to SMS has not opted out.
    store.set(entity, 'bol::sp', false);
    recordPermissionChanges(instance, entity, values);
  }
  for (const [fieldId, value] of values) store.set(entity, fieldId, value);
  applyTags(entity, row);
  return { status: 'created', id: entity.id, skipped: false };
};

const write = (instance: Instance, store: Store, request: MergeRequest, judged: Judged): Outcome => {
  if ('bad' in judged) return judged.bad;
  const { row, match } = judged;
  return match === undefined ? create(instance, store, request, row) : update(instance, store, request, row, match);
};

/** Merges one row of the request. */
export const mergeOne = (instance: Instance, store: Store, request: MergeRequest, json: unknown): Outcome =>
  write(instance, store, request, judge(instance, store, request, json));

const apply = (instance: Instance, store: Store, request: MergeRequest): readonly Outcome[] => {
  const { duplicatesInRequest, mixedBatch } = instance.switches;
  const judgeRow = (json: unknown): Judged => judge(instance, store, request, json);
  if (mixedBatch !== 'rows') {
    // Refused as a whole, so every row is judged before the first is written.
    const judged = request.rows.map(judgeRow);
    if (judged.some((one) => 'bad' in one)) {
      return judged.map((one) => ('bad' in one ? one.bad : { status: 'valid', id: undefined, skipped: false }));
    }
  }
  return duplicatesInRequest === 'race'
    ? request.rows.map(judgeRow).map((judged) => write(instance, store, request, judged))
    : request.rows.map((json) => mergeOne(instance, store, request, json));
};

/** How a call names its rows; the older path of accounts has its own words. */
type ListKey = 'people' | 'accounts' | 'organizations';

const verdict = (instance: Instance, outcome: Outcome, listKey: ListKey): JsonObject => {
  const { verdictId, accountIdKey, mergeAnswer } = instance.switches;
  if ('error' in outcome) return { status: outcome.status, error: rowError(instance, outcome.error) };
  const named =
    outcome.id !== undefined &&
    mergeAnswer !== 'queued' &&
    (verdictId === 'always' || (verdictId === 'unless-skipped' && !outcome.skipped));
  const idKey = { people: 'person_id', accounts: accountIdKey, organizations: 'organization_id' }[listKey];
  const status = mergeAnswer === 'verdict' ? outcome.status : 'queued';
  return named ? { [idKey]: outcome.id, status } : { status };
};

/**
 * Applies one merge body, rows in order, and answers as the synchronous call does. All rows bad is a Refusal with
 * `details`, and so is a mixed batch where the switches say so.
 */
const mergeRows = (
  instance: Instance,
  store: Store,
  request: MergeRequest,
  listKey: ListKey,
): readonly JsonObject[] => {
  const outcomes = apply(instance, store, request);
  const bad = outcomes.filter(isBad);
  const rows = outcomes.map((outcome) => verdict(instance, outcome, listKey));
  const refused = bad.length === outcomes.length || (bad.length > 0 && instance.switches.mixedBatch !== 'rows');
  if (refused) {
    const [first] = bad;
    const noun = store.noun === 'person' ? 'contacts' : 'accounts';
    const reason = first !== undefined && 'error' in first ? rowError(instance, first.error) : '';
    const mixed = bad.length < outcomes.length;
    throw new Refusal(
      400,
      mixed ? `Some ${noun} are not valid (${reason})` : `No valid ${noun} provided (${reason})`,
      mixed && instance.switches.mixedBatch === 'refused-without-details' ? undefined : rows,
    );
  }
  return rows;
};

/** Runs work now, or after the answer. Failures of queued work reach only the instance's log. */
export type Queue = (work: () => void) => void;

const mergeInto = (store: Store, instance: Instance, body: unknown, listKey: ListKey, queue: Queue): Answer => {
  const request = readMergeRequest(instance, store, body);
  if (!request.queued) return { status: 200, body: { [listKey]: mergeRows(instance, store, request, listKey) } };
  queue(() => {
    mergeRows(instance, store, request, listKey);
  });
  return { status: 200, body: { [listKey]: request.rows.map(() => ({ status: 'queued' })) } };
};

const atOnce =
  ({ log }: Instance): Queue =>
  (work) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      log.push(error.message);
    }
  };

/** Applies a person/merge body to the instance and answers what Ortto would; throws a Refusal for an error status. */
export const mergePeople = (instance: Instance, body: unknown, queue: Queue = atOnce(instance)): Answer =>
  mergeInto(instance.people, instance, body, 'people', queue);

/** As `mergePeople`, for accounts/merge; `listKey` is `organizations` on the legacy path. */
export const mergeOrganizations = (
  instance: Instance,
  body: unknown,
  listKey: 'accounts' | 'organizations' = 'accounts',
  queue: Queue = atOnce(instance),
): Answer => mergeInto(instance.organizations, instance, body, listKey, queue);
