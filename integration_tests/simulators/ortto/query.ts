import { readFilter } from './filters.ts';
import { idProblem, isId, noCursor, readIds } from './ids.ts';
import type { Answer, Instance } from './instance.ts';
import { isObject, readStrings } from './json.ts';
import type { JsonObject } from './json.ts';
import { fieldExists, fieldValue, plainText, present, totals } from './reading.ts';
import { Refusal } from './refusal.ts';
import type { Entity, Store } from './store.ts';

// person/get and accounts/get, and both get-by-ids: 50 rows a page unless asked, 500 at most (docs/vendors.md, Reading).

const DEFAULT_PAGE = 50;
const LARGEST_PAGE = 500;

const readFields = ({ switches, limits }: Instance, store: Store, json: unknown): readonly string[] => {
  const fieldIds = readStrings(json);
  if (fieldIds === undefined) throw new Refusal(400, 'fields is a list of field ids');
  if (fieldIds.length > limits.fieldsPerGet) throw new Refusal(400, `More than ${limits.fieldsPerGet} fields`);
  const unknown = fieldIds.find((fieldId) => !fieldExists(store, fieldId));
  if (unknown !== undefined && switches.unknownFieldInGet === 'refused') {
    throw new Refusal(400, `${unknown}: Object not found`);
  }
  return fieldIds;
};

const archivedType = { person: 'archived', organization: 'archived_organization' } as const;
const searched = { person: ['str::first', 'str::last', 'str::email'], organization: ['str:o:name'] } as const;

const readType = (store: Store, body: JsonObject): boolean => {
  const type = body['type'] ?? '';
  if (type !== '' && type !== archivedType[store.noun]) throw new Refusal(400, 'One or more attributes is invalid');
  const archived = type !== '';
  if (archived && store.noun === 'person' && (body['filter'] ?? undefined) !== undefined) {
    throw new Refusal(400, 'Archived people can only be searched with q');
  }
  return archived;
};

const matching = (instance: Instance, store: Store, body: JsonObject): readonly Entity[] => {
  const archived = readType(store, body);
  const filter = readFilter(instance, store, body['filter']);
  const q = typeof body['q'] === 'string' ? body['q'].toLowerCase() : '';
  const included = new Set(readIds(body['inclusion_ids']));
  const excluded = new Set(readIds(body['exclusion_ids']));
  const found: Entity[] = [];
  for (const entity of filter.candidates ?? store.all()) {
    if ((entity.archivedAt !== undefined) !== archived || excluded.has(entity.id)) continue;
    if (included.size > 0 && !included.has(entity.id)) continue;
    const named = searched[store.noun].some((fieldId) =>
      plainText(fieldValue(entity, fieldId)).toLowerCase().includes(q),
    );
    if ((q === '' || named) && filter.accepts(entity)) found.push(entity);
  }
  const sortBy = typeof body['sort_by_field_id'] === 'string' ? body['sort_by_field_id'] : undefined;
  const text = (entity: Entity): string => plainText(sortBy === undefined ? undefined : fieldValue(entity, sortBy));
  const ascending = found.toSorted(
    (a, b) => (sortBy === undefined ? 0 : text(a).localeCompare(text(b))) || a.serial - b.serial,
  );
  return body['sort_order'] === 'asc' ? ascending : ascending.toReversed();
};

const whole = (value: unknown, byDefault: number): number =>
  Number.isInteger(value) && Number(value) >= 0 ? Number(value) : byDefault;

/** The lists behind open cursors, so that pages do not shift under a reader. */
export interface Cursors {
  open(ids: readonly string[]): string;
  list(cursor: string): readonly string[] | undefined;
}

const OPEN_CURSORS = 50;

export const createCursors = (): Cursors => {
  const lists = new Map<string, readonly string[]>();
  let serial = 0;
  return {
    open: (ids) => {
      serial += 1;
      const cursor = serial.toString(16).padStart(24, '0');
      lists.set(cursor, ids);
      const [oldest] = lists.keys();
      if (lists.size > OPEN_CURSORS && oldest !== undefined) lists.delete(oldest);
      return cursor;
    },
    list: (cursor) => lists.get(cursor),
  };
};

const readCursor = (json: unknown): string => {
  if (json === undefined || json === null || json === '') return '';
  if (!isId(json)) throw new Refusal(400, idProblem(json));
  return json;
};

/** One page. A page past the end has `null` in place of its list and no cursor. */
export const query = (instance: Instance, store: Store, cursors: Cursors, body: unknown, listKey: string): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const fieldIds = readFields(instance, store, body['fields']);
  const asked = whole(body['limit'], DEFAULT_PAGE);
  const limit = asked > LARGEST_PAGE || asked === 0 ? DEFAULT_PAGE : asked;
  const offset = whole(body['offset'], 0);
  const cursorId = readCursor(body['cursor_id']);
  const known = cursors.list(cursorId);
  const ids = known ?? matching(instance, store, body).map((entity) => entity.id);
  const page = ids.slice(offset, offset + limit);
  const past = page.length === 0 && ids.length > 0;
  const next = offset + page.length;
  return {
    status: 200,
    body: {
      [listKey]: past
        ? null
        : page.flatMap((id) => {
            const entity = store.get(id);
            return entity === undefined ? [] : [present(store, entity, fieldIds)];
          }),
      meta: totals(instance, ids.length),
      offset,
      next_offset: next,
      cursor_id: past ? noCursor : known === undefined ? cursors.open(ids) : cursorId,
      has_more: next < ids.length,
    },
  };
};

/** A map by id; ids that do not exist are absent from it. */
export const getByIds = (
  instance: Instance,
  store: Store,
  body: unknown,
  keys: { readonly ids: string; readonly list: string },
): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const ids = readIds(body[keys.ids]);
  if (ids.length > instance.limits.idsPerGet) throw new Refusal(400, `More than ${instance.limits.idsPerGet} ids`);
  const fieldIds = readFields(instance, store, body['fields']);
  const found: { [id: string]: unknown } = {};
  for (const id of ids) {
    const entity = store.get(id);
    const seen = entity?.archivedAt === undefined || instance.switches.archivedById === 'returned';
    if (entity !== undefined && seen) found[id] = present(store, entity, fieldIds);
  }
  return { status: 200, body: { [keys.list]: found } };
};
