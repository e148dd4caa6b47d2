import type { CustomField } from '../ortto/account-schema.ts';
import { customFieldId, fits, readDisplayType, slug } from '../ortto/field-types.ts';
import type { DisplayType } from '../ortto/field-types.ts';

// The custom fields of people, of organizations, or of one activity (its attributes): those the account has, and those the
// mapping needs. Names become ids here and nowhere else.

/** A field that the account does not have yet. */
export interface NewField {
  readonly name: string;
  readonly type: DisplayType;
}

/** The field that values are written to. */
export interface FieldTarget {
  /** The id that it has, or will have once created. */
  readonly id: string;
  readonly type: DisplayType;
}

export interface CustomFields {
  /** Whether the account has the field called `to`, a name or an id. */
  has(to: string): boolean;
  /**
   * The field for values of type `wanted`, given its name or id. A sentence if there is none: the id does not exist, or the
   * type clashes with the account's or with another stream's. `requester` names the stream's field in that sentence.
   */
  target(to: string, wanted: DisplayType, requester: string): FieldTarget | { readonly problem: string };
  /** The targets that the account does not have yet, in the order requested. */
  missing(): readonly NewField[];
  /** How many fields of the account the mapping writes to, missing ones included. */
  used(): number;
}

/**
 * A name without any letter or digit: Ortto makes a field's id of those, and knows it by that id. Names of letters other than
 * a to z are tried, since it is not documented which of them Ortto keeps.
 */
export const noIdProblem = (name: string): string =>
  `"${name}" gives no id in Ortto, which is made of the letters and digits of a name: write a name with letters a to z or digits, or the id of a field that exists`;

/** `namespace` is `cm` for people and for every activity's attributes, `oc` for organizations. */
export const createCustomFields = (account: readonly CustomField[], namespace: 'cm' | 'oc'): CustomFields => {
  const byId = new Map(account.map((field) => [field.id, field]));
  // A field renamed in Ortto keeps its id, so names take precedence over the slugs in ids.
  const bySlug = new Map([
    ...account.map((field) => [field.id.split(':')[2] ?? field.id, field] as const),
    ...account.map((field) => [slug(field.name), field] as const),
  ]);
  const fresh = new Map<string, NewField & { readonly requester: string }>();
  const used = new Set<string>();

  const inAccount = (field: CustomField, wanted: DisplayType): FieldTarget | { readonly problem: string } => {
    const actual = readDisplayType(field.type);
    if (actual !== undefined && fits(wanted, actual)) {
      used.add(field.id);
      return { id: field.id, type: actual };
    }
    return {
      problem: `"${field.name}" has the type ${field.type} in Ortto, but the values are ${wanted}; map them to another field`,
    };
  };

  return {
    has: (to) => byId.has(to) || bySlug.has(slug(to)),
    target(to, wanted, requester) {
      const named = byId.get(to);
      if (named !== undefined) return inAccount(named, wanted);
      if (/^[a-z0-9]+:[a-z0-9]*:/.test(to)) return { problem: `Ortto has no writable field ${to}` };
      const key = slug(to);
      if (key === '') return { problem: noIdProblem(to) };
      const known = bySlug.get(key);
      if (known !== undefined) return inAccount(known, wanted);
      const planned = fresh.get(key) ?? { name: to, type: wanted, requester };
      if (!fits(wanted, planned.type)) {
        return {
          problem: `"${planned.name}" is ${planned.type} for ${planned.requester}, but ${wanted} here; map one of them to another field`,
        };
      }
      fresh.set(key, planned);
      const id = customFieldId(planned.type, namespace, planned.name);
      used.add(id);
      return { id, type: planned.type };
    },
    missing: () => [...fresh.values()].map(({ name, type }) => ({ name, type })),
    used: () => used.size,
  };
};
