import type { FieldDefinition, ObjectDefinition } from './schema.ts';

/** An object of the org as it is now: its definition, with fields added, removed and hidden since. */
export interface OrgObject {
  readonly definition: ObjectDefinition;
  readonly name: string;
  /** Every field that exists, hidden ones included, in describe order. */
  readonly fields: readonly FieldDefinition[];
  /** The fields the integration user may see. */
  readonly visible: readonly FieldDefinition[];
  /** A visible field by name in any case; undefined where there is none. */
  field(name: string): FieldDefinition | undefined;
}

/** What exists in the org. Names are found in any case, as in SOQL. */
export interface Catalog {
  readonly objects: readonly OrgObject[];
  find(name: string): OrgObject | undefined;
  /** Throws for a name that does not exist. */
  readonly get: (name: string) => OrgObject;
  byPrefix(prefix: string): OrgObject | undefined;
  /** Reference fields of any object that point to this one, hidden ones included. */
  children(name: string): readonly { readonly object: OrgObject; readonly field: FieldDefinition }[];
  add(definition: ObjectDefinition): void;
  addField(object: string, definition: FieldDefinition): void;
  removeField(object: string, name: string): void;
  hideField(object: string, name: string): void;
  showField(object: string, name: string): void;
  /** When the metadata last changed (milliseconds): `Last-Modified` of every describe. */
  readonly changedAt: number;
}

interface Entry extends OrgObject {
  fields: FieldDefinition[];
  visible: FieldDefinition[];
  readonly hidden: Set<string>;
  byName: Map<string, FieldDefinition>;
}

const refresh = (entry: Entry): void => {
  entry.visible = entry.fields.filter((field) => !entry.hidden.has(field.name));
  entry.byName = new Map(entry.visible.map((field) => [field.name.toLowerCase(), field]));
};

const createEntry = (definition: ObjectDefinition): Entry => {
  const entry: Entry = {
    definition,
    name: definition.name,
    fields: [...definition.fields],
    visible: [],
    hidden: new Set(),
    byName: new Map(),
    field: (name) => entry.byName.get(name.toLowerCase()),
  };
  refresh(entry);
  return entry;
};

export const createCatalog = (definitions: readonly ObjectDefinition[], now: () => number): Catalog => {
  const entries = new Map<string, Entry>();
  let changedAt = now();
  const get = (name: string): Entry => {
    const entry = entries.get(name.toLowerCase());
    if (entry === undefined) throw new Error(`The org has no object ${name}`);
    return entry;
  };
  const change = (object: string, edit: (entry: Entry) => void): void => {
    const entry = get(object);
    edit(entry);
    refresh(entry);
    changedAt = now();
  };
  const known = (entry: Entry, name: string): FieldDefinition => {
    const found = entry.fields.find((field) => field.name === name);
    if (found === undefined) throw new Error(`${entry.name} has no field ${name}`);
    return found;
  };
  const add = (definition: ObjectDefinition): void => {
    entries.set(definition.name.toLowerCase(), createEntry(definition));
    changedAt = now();
  };
  for (const definition of definitions) add(definition);
  return {
    get objects() {
      return [...entries.values()];
    },
    get changedAt() {
      return changedAt;
    },
    find: (name) => entries.get(name.toLowerCase()),
    get,
    byPrefix: (prefix) => [...entries.values()].find((entry) => entry.definition.keyPrefix === prefix),
    children: (name) =>
      [...entries.values()].flatMap((object) =>
        object.fields.filter((field) => field.referenceTo?.includes(name)).map((field) => ({ object, field })),
      ),
    add,
    addField: (object, definition) => change(object, (entry) => entry.fields.push(definition)),
    removeField: (object, name) =>
      change(object, (entry) => {
        known(entry, name);
        entry.fields = entry.fields.filter((field) => field.name !== name);
      }),
    hideField: (object, name) => change(object, (entry) => entry.hidden.add(known(entry, name).name)),
    showField: (object, name) => change(object, (entry) => entry.hidden.delete(known(entry, name).name)),
  };
};
