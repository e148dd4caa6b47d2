interface OwnField {
  readonly name: string;
  readonly id: string;
  readonly type: string;
}

/** Ortto's own fields by what has them. */
export interface OwnFields {
  readonly person: readonly OwnField[];
  readonly organization: readonly OwnField[];
}

const row = (noun: string, { name, id, type }: OwnField): string => `| \`${name}\` | ${noun} | \`${id}\` | ${type} |`;

/** The names of Ortto's own fields that a mapping may write to, as a Markdown table. */
export const ownFieldsTable = ({ person, organization }: OwnFields): string =>
  [
    "| name | of | Ortto's id | type |",
    '| --- | --- | --- | --- |',
    ...person.map((field) => row('people', field)),
    ...organization.map((field) => row('organizations', field)),
  ].join('\n');
