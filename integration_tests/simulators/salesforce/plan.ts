import type { Catalog, OrgObject } from './catalog.ts';
import type { ResolvedField, Sql } from './conditions.ts';
import { conditionSql } from './conditions.ts';
import { isCompound, isSortable } from './field-rules.ts';
import { Refusal } from './failure.ts';
import type { FieldDefinition } from './schema.ts';
import type { Soql } from './soql.ts';
import type { Stored } from './store.ts';
import { columnSql } from './store.ts';

// A parsed query with its names looked up -> SQL, and where in the SQL's rows each selected value is.

interface PlannedPart {
  /** Key in the compound object: street, city … */
  readonly key: string;
  readonly field: FieldDefinition;
  readonly at: number;
}

export interface PlannedColumn {
  /** API names, as in the CSV header: [Email] or [Account, Name]. */
  readonly path: readonly string[];
  readonly field: FieldDefinition;
  /** Index in the SQL row; a compound field has parts instead. */
  readonly at: number;
  readonly parts: readonly PlannedPart[];
}

export interface PlannedParent {
  readonly path: readonly string[];
  /** Index of the parent's Id in the SQL row; null there means there is no parent. */
  readonly at: number;
  /** The parent's object; undefined for one of several, known by its id's prefix. */
  readonly object: string | undefined;
}

export interface Plan {
  readonly object: OrgObject;
  readonly columns: readonly PlannedColumn[];
  readonly parents: readonly PlannedParent[];
  /** Index of the row's own Id in the SQL row; undefined for an object without. */
  readonly idAt: number | undefined;
  /** `SELECT … FROM …` without WHERE; `t` is the row's own table. */
  readonly select: string;
  /** `FROM …` alone. */
  readonly from: string;
  readonly where: Sql;
  readonly orderBy: string;
  readonly limit: string;
}

interface Table {
  readonly aliases: readonly { readonly alias: string; readonly object: OrgObject }[];
  readonly path: readonly string[];
}

const locate = (soql: string, name: string): string => {
  const column = Math.max(0, soql.indexOf(name));
  return `\n${soql.slice(Math.max(0, column - 40), column + 40)}\n^\nERROR at Row:1:Column:${column + 1}\n`;
};

const noSuchColumn = (soql: string, object: string, name: string): Refusal =>
  new Refusal(
    400,
    'INVALID_FIELD',
    `${locate(soql, name)}No such column '${name}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );

const noSuchRelationship = (soql: string, name: string): Refusal =>
  new Refusal(
    400,
    'INVALID_FIELD',
    `${locate(soql, name)}Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
  );

/** Looks names up and joins the parents they lead through. */
const createResolver = (catalog: Catalog, root: OrgObject, soql: string) => {
  const tables = new Map<string, Table>([['', { aliases: [{ alias: 't', object: root }], path: [] }]]);
  const joins: string[] = [];

  const step = (from: Table, name: string): Table => {
    const key = [...from.path, name].join('.').toLowerCase();
    const known = tables.get(key);
    if (known !== undefined) return known;
    const [source] = from.aliases;
    const field = source?.object.visible.find((one) => one.relationshipName?.toLowerCase() === name.toLowerCase());
    if (source === undefined || field === undefined || from.aliases.length > 1) throw noSuchRelationship(soql, name);
    const targets = (field.referenceTo ?? [])
      .map((target) => catalog.find(target))
      .filter((target) => target !== undefined);
    const aliases = targets.map((object, index) => ({ alias: `j${joins.length + index}`, object }));
    for (const { alias, object } of aliases) {
      joins.push(`LEFT JOIN "${object.name}" ${alias} ON ${alias}."Id" = ${columnSql(source.alias, field)}`);
    }
    const table = { aliases, path: [...from.path, field.relationshipName ?? name] };
    tables.set(key, table);
    return table;
  };

  const tableOf = (path: readonly string[]): Table => {
    let table = tables.get('');
    for (const name of path) table = table === undefined ? table : step(table, name);
    if (table === undefined) throw noSuchRelationship(soql, path.join('.'));
    return table;
  };

  const resolve = (
    path: readonly string[],
  ): ResolvedField & { readonly path: readonly string[]; readonly table: Table } => {
    const name = path.at(-1) ?? '';
    const table = tableOf(path.slice(0, -1));
    const found = table.aliases.flatMap(({ alias, object }) => {
      const field = object.field(name);
      return field === undefined ? [] : [{ field, sql: columnSql(alias, field) }];
    });
    const [first] = found;
    if (first === undefined)
      throw noSuchColumn(soql, table.aliases.length > 1 ? 'Name' : (table.aliases[0]?.object.name ?? ''), name);
    const sql = found.length === 1 ? first.sql : `COALESCE(${found.map((one) => one.sql).join(', ')})`;
    return { field: first.field, sql, path: [...table.path, first.field.name], table };
  };
  return { resolve, tableOf, joins };
};

const COMPOUND_KEYS: readonly (readonly [string, string])[] = [
  ['Street', 'street'],
  ['City', 'city'],
  ['State', 'state'],
  ['PostalCode', 'postalCode'],
  ['Country', 'country'],
  ['Latitude__s', 'latitude'],
  ['Longitude__s', 'longitude'],
  ['Latitude', 'latitude'],
  ['Longitude', 'longitude'],
  ['GeocodeAccuracy', 'geocodeAccuracy'],
];

/** The key a part has in its compound value: BillingPostalCode -> postalCode. */
export const compoundKey = (part: string): string =>
  COMPOUND_KEYS.find(([suffix]) => part.endsWith(suffix))?.[1] ?? part;

const rootOf = (catalog: Catalog, soql: Soql): OrgObject => {
  const object = catalog.find(soql.object);
  if (object === undefined || object.definition.flags?.queryable === false) {
    throw new Refusal(
      400,
      'INVALID_TYPE',
      `${locate(soql.text, soql.object)}sObject type '${soql.object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  }
  return object;
};

const hiddenRows = (object: OrgObject, includeDeleted: boolean): readonly string[] =>
  includeDeleted
    ? []
    : ['IsDeleted', 'IsArchived']
        .filter((name) => object.fields.some((field) => field.name === name))
        .map((name) => `COALESCE(t."${name}", 0) = 0`);

/**
 * Throws a Refusal for names the user cannot see or literals that do not fit. `includeDeleted` is queryAll: deleted and
 * archived rows too.
 */
export const planQuery = (catalog: Catalog, soql: Soql, options: { includeDeleted: boolean; now: number }): Plan => {
  const object = rootOf(catalog, soql);
  const { resolve, tableOf, joins } = createResolver(catalog, object, soql.text);
  const expressions: string[] = [];
  const push = (sql: string): number => expressions.push(sql) - 1;
  const parents = new Map<string, PlannedParent>();
  const seen = new Set<string>();

  const column = (path: readonly string[]): PlannedColumn => {
    const found = resolve(path);
    const name = found.path.join('.');
    if (seen.has(name)) throw new Refusal(400, 'MALFORMED_QUERY', `duplicate field selected: ${name}`);
    seen.add(name);
    for (let depth = 1; depth < found.path.length; depth += 1) {
      const parentPath = found.path.slice(0, depth);
      const table = tableOf(parentPath);
      if (parents.has(parentPath.join('.'))) continue;
      const ids = table.aliases.map(({ alias }) => `${alias}."Id"`);
      parents.set(parentPath.join('.'), {
        path: parentPath,
        at: push(ids.length === 1 ? (ids[0] ?? 'NULL') : `COALESCE(${ids.join(', ')})`),
        object: table.aliases.length === 1 ? table.aliases[0]?.object.name : undefined,
      });
    }
    if (!isCompound(found.field)) return { path: found.path, field: found.field, at: push(found.sql), parts: [] };
    const owner = found.table.aliases[0];
    const parts = (owner?.object.visible ?? [])
      .filter((part) => part.compound === found.field.name)
      .map((part) => ({ key: compoundKey(part.name), field: part, at: push(columnSql(owner?.alias ?? 't', part)) }));
    return { path: found.path, field: found.field, at: -1, parts };
  };

  const columns = (soql.paths ?? []).map(column);
  const hasId = object.fields.some((field) => field.name === 'Id');
  const idAt = hasId ? push('t."Id"') : undefined;
  const conditions: Sql[] = hiddenRows(object, options.includeDeleted).map((text) => ({ text, values: [] }));
  if (soql.where !== undefined) conditions.push(conditionSql(soql.where, resolve, options.now));
  const orders = soql.orderBy.map((order) => {
    const { field, sql } = resolve(order.path);
    if (!isSortable(field)) {
      throw new Refusal(400, 'INVALID_FIELD', `field '${field.name}' can not be sorted in a query call`);
    }
    const key = field.type === 'string' || field.type === 'picklist' ? `soql_fold(${sql})` : sql;
    return `${key} ${order.descending ? 'DESC' : 'ASC'} NULLS ${order.nullsLast ? 'LAST' : 'FIRST'}`;
  });
  const values: readonly Stored[] = conditions.flatMap((condition) => condition.values);
  const from = [`FROM "${object.name}" t`, ...joins].join(' ');
  return {
    object,
    columns,
    parents: [...parents.values()],
    idAt,
    select: `SELECT ${expressions.join(', ') || '1'} ${from}`,
    from,
    where: { text: conditions.map((condition) => condition.text).join(' AND ') || '1', values },
    orderBy: orders.length === 0 ? '' : `ORDER BY ${orders.join(', ')}, t.rowid`,
    limit:
      soql.limit === undefined && soql.offset === undefined
        ? ''
        : `LIMIT ${soql.limit ?? -1} OFFSET ${soql.offset ?? 0}`,
  };
};
