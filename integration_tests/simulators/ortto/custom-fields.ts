import { idSlug, isSelect, slug, typePrefix } from './fields.ts';
import type { DisplayType, Field } from './fields.ts';
import type { Answer, Instance } from './instance.ts';
import { isObject, readStrings } from './json.ts';
import type { JsonObject } from './json.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

// <entity>/custom-field/create, get and update: name and type are fixed from the start (docs/vendors.md, Fields).

const liquidName = (store: Store, field: Field): string =>
  `${store.noun === 'person' ? 'people' : 'account'}.${field.custom ? 'custom.' : ''}${slug(field.id.split(':').at(-1) ?? '')}`;

const describe = (store: Store, field: Field): JsonObject => ({
  id: field.id,
  name: field.name,
  display_type: field.displayType,
  liquid_name: liquidName(store, field),
  ...(field.options && { dic_items: field.options }),
});

const customFields = (store: Store): readonly Field[] =>
  Array.from(store.fields.values()).filter((field) => field.custom);

export const createCustomField = ({ limits, switches }: Instance, store: Store, body: unknown): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const { name, type } = body;
  const isPerson = store.noun === 'person';
  if (typeof name !== 'string' || idSlug(name, switches) === '') throw new Refusal(400, 'A field needs a name');
  const prefix = typeof type === 'string' ? typePrefix(type) : undefined;
  if (typeof type !== 'string' || prefix === undefined) throw new Refusal(400, `Unknown field type ${String(type)}`);
  const values = readStrings(body['values']);
  if (values === undefined || (values.length > 0 && !isSelect(type))) {
    throw new Refusal(400, 'values is a list of strings, for selects only');
  }
  const tracked = body['track_changes'] === true;
  if (tracked && (!isPerson || type === 'multi_select')) throw new Refusal(400, `Changes of ${type} cannot be tracked`);
  const ownSlug = idSlug(name, switches);
  const id = `${prefix}:${isPerson ? 'cm' : 'oc'}:${ownSlug}`;
  const existing = customFields(store);
  const sameName = (field: Field): boolean => field.name.toLowerCase() === name.trim().toLowerCase();
  // Two names of one slug would be one liquid name, whatever their types.
  if (existing.some((field) => sameName(field) || field.id.split(':')[2] === ownSlug)) {
    throw new Refusal(switches.duplicateName, `A field named ${name} exists already`);
  }
  const most = isPerson ? limits.customPersonFields : limits.customOrganizationFields;
  if (existing.length >= most) throw new Refusal(switches.duplicateName, `No more than ${most} custom fields`);
  const field: Field = {
    id,
    name: name.trim(),
    displayType: type as DisplayType,
    readOnly: false,
    custom: true,
    options: isSelect(type) ? values : undefined,
    tracked,
  };
  store.fields.set(id, field);
  return {
    status: 200,
    body: { name: field.name, field_id: id, display_type: type, ...(isSelect(type) && { values }) },
  };
};

export const getCustomFields = (store: Store): Answer => ({
  status: 200,
  body: {
    fields: customFields(store).map((field) =>
      store.noun === 'person'
        ? { field: describe(store, field), tracked_value: field.tracked }
        : describe(store, field),
    ),
  },
});

export const updateCustomField = (store: Store, body: unknown): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const field = store.fields.get(String(body['field_id']));
  if (field === undefined || !field.custom) throw new Refusal(400, `${String(body['field_id'])}: Object not found`);
  const [replace, add, remove] = ['replace_values', 'add_values', 'remove_values'].map((key) => readStrings(body[key]));
  if (replace === undefined || add === undefined || remove === undefined) {
    throw new Refusal(400, 'Options are lists of strings');
  }
  const before = field.options ?? [];
  const changed =
    (replace.length > 0 && replace) ||
    (add.length > 0 && [...new Set([...before, ...add])]) ||
    before.filter((option) => !remove.includes(option));
  const tracked = typeof body['track_changes'] === 'boolean' ? body['track_changes'] : field.tracked;
  const options = isSelect(field.displayType) ? changed : undefined;
  store.fields.set(field.id, { ...field, options, tracked });
  return { status: 200, body: { field_id: field.id, values: options ?? null, track_changes: tracked } };
};

const namespaceOf = (field: Field): string => (field.id.includes(':') ? (field.id.split(':')[1] ?? '') : '');

/** instance-schema/get: namespaces in use only, or those asked for. */
export const getSchema = ({ people, organizations, definitions, switches }: Instance, body: unknown): Answer => {
  const asked = readStrings(isObject(body) ? body['namespaces'] : undefined);
  if (asked === undefined) throw new Refusal(400, 'namespaces is a list of strings');
  const namespaces: { [name: string]: { id: string; org?: true; fields: { [id: string]: JsonObject } } } = {};
  const list = (own: string, isPerson: boolean, entry: JsonObject & { readonly id: string }): void => {
    if (asked.length > 0 && !asked.includes(own)) return;
    namespaces[own] ??= { id: own, ...(!isPerson && { org: true as const }), fields: {} };
    namespaces[own].fields[entry.id] = entry;
  };
  for (const store of [people, organizations]) {
    const isPerson = store.noun === 'person';
    for (const field of store.fields.values()) {
      const own = isPerson ? namespaceOf(field) : field.custom ? switches.accountFieldNamespace : 'o';
      list(own, isPerson, {
        id: field.id,
        name: field.name,
        display_type: field.displayType,
        liquid_name: liquidName(store, field),
        ...(field.readOnly && { read_only: true }),
      });
    }
  }
  for (const { id, name, attributes, archived } of switches.activitySchema === 'listed' ? definitions.values() : []) {
    const [, own = '', ownSlug = ''] = id.split(':');
    if (archived) continue;
    list(own, own === 'cm', {
      id,
      name,
      display_type: 'activity',
      liquid_name: `activity.custom.${ownSlug}`,
      attributes: Array.from(attributes.values(), ({ field }) => ({
        id: field.id,
        name: field.name,
        display_type: field.displayType,
        liquid_name: `activity.custom.${ownSlug}.${slug(field.name)}`,
      })),
    });
  }
  return { status: 200, body: { namespaces } };
};
