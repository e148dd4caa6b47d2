interface Property {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly order?: number;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly items?: Property;
  readonly oneOf?: readonly Property[];
  readonly required?: readonly string[];
}

const escape = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const inOrder = (properties: Readonly<Record<string, Property>>): [string, Property][] =>
  Object.entries(properties).sort(([, a], [, b]) => (a.order ?? 0) - (b.order ?? 0));

const constOf = (branch: Property): unknown =>
  Object.values(branch.properties ?? {}).find(({ const: value }) => value !== undefined)?.const;

const defaultOf = ({ default: value, oneOf }: Property): string => {
  if (value === undefined) return '';
  // A choice's default spells out all of its fields; its discriminator says enough.
  const chosen = oneOf && Object.values(value as object)[0];
  const shown: unknown = typeof chosen === 'string' ? chosen : value;
  const text = Array.isArray(shown) ? shown.join(', ') : typeof shown === 'string' ? shown : JSON.stringify(shown);
  return text === '' || text === '[]' ? '' : `\`${text}\``;
};

const choicesOf = ({ enum: one, items }: Property): string => {
  const listed = (values: readonly unknown[]) => values.map((value) => `\`${String(value)}\``).join(', ');
  if (one !== undefined) return `One of ${listed(one)}.`;
  return items?.enum === undefined ? '' : `Of ${listed(items.enum)}.`;
};

/** With its name in the form first: that is where most people have seen it. */
const meaningOf = (property: Property): string => {
  const { title, description } = property;
  return [title && `**${title}.**`, description, choicesOf(property)].filter(Boolean).join(' ');
};

const rows = (path: string, property: Property, isRequired: boolean): string[] => {
  const byDefault = [isRequired && 'required', defaultOf(property)].filter(Boolean).join(', ');
  const own = `| \`${path}\` | ${byDefault} | ${escape(meaningOf(property))} |`;
  const branches = (property.oneOf ?? []).flatMap((branch) => {
    const name = String(constOf(branch));
    const fields = inOrder(branch.properties ?? {}).filter(([, { const: value }]) => value === undefined);
    return [
      `| \`${path}\`: \`${name}\` |  | ${escape(meaningOf(branch))} |`,
      ...fields.flatMap(([key, value]) => rows(`${path}.${key}`, value, branch.required?.includes(key) ?? false)),
    ];
  });
  const children = property.items?.properties ?? property.properties;
  const required = property.items?.required ?? property.required ?? [];
  const prefix = property.items?.properties ? `${path}[].` : `${path}.`;
  return [
    own,
    ...branches,
    ...(children ? inOrder(children).flatMap(([key, value]) => rows(prefix + key, value, required.includes(key))) : []),
  ];
};

/**
 * A config's options as a Markdown table, in the order of Airbyte's form. With `depth` "all" nested options stand below
 * their parent; with "top" they are left out.
 */
export const optionTable = (schema: Property, depth: 'all' | 'top' = 'all'): string =>
  [
    '| option | default | meaning |',
    '| --- | --- | --- |',
    ...inOrder(schema.properties ?? {}).flatMap(([key, value]) => {
      const all = rows(key, value, schema.required?.includes(key) ?? false);
      return depth === 'all' ? all : all.slice(0, 1);
    }),
  ].join('\n');
