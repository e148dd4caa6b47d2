import type { Selection } from './selection.ts';
import type { Window } from './window.ts';

/** SOQL datetimes have no quotes; ours are in UTC with a Z. */
export const dateTimeLiteral = (date: Date): string => date.toISOString();

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** A text in single quotes, with every character escaped that has a meaning in SOQL. */
export const textLiteral = (text: string): string =>
  `'${text.toWellFormed().replace(/[\\'"\n\r\t\b\f]/g, (char) => ESCAPES[char] ?? char)}'`;

/** A text for LIKE, with its own wildcards escaped. */
export const likeLiteral = (text: string, match: 'start' | 'anywhere'): string => {
  const inside = textLiteral(text)
    .slice(1, -1)
    .replace(/[%_]/g, (char) => `\\${char}`);
  return match === 'start' ? `'${inside}%'` : `'%${inside}%'`;
};

export interface RowsQuery {
  /** On the cursor; ignored for an object without one. */
  readonly window?: Window | undefined;
  /** A condition in SOQL, from `conditions.ts` or `plan.ts`. */
  readonly where?: string | undefined;
  readonly includeDeleted: boolean;
  /** Only rows after this Id. */
  readonly afterId?: string | undefined;
  /**
   * `id` lets a read continue after any page (`afterId`). Bulk jobs use `none`, since an order switches off Salesforce's own
   * chunking of large objects.
   */
  readonly order: 'id' | 'none';
}

/**
 * The query for a selection's rows, to be sent with queryAll. It excludes deleted rows where they are not wanted, and where
 * `IsDeleted` is not selected, so that a record could not show it.
 */
export const rowsQuery = (selection: Selection, query: RowsQuery): string => {
  const { window } = query;
  const conditions = [
    ...(selection.cursor !== undefined && window !== undefined
      ? [
          ...(window.from ? [`${selection.cursor} >= ${dateTimeLiteral(window.from)}`] : []),
          ...(window.to ? [`${selection.cursor} < ${dateTimeLiteral(window.to)}`] : []),
        ]
      : []),
    ...(query.where === undefined ? [] : [`(${query.where})`]),
    ...(excludesDeleted(selection, query.includeDeleted) ? ['IsDeleted = false'] : []),
    ...(query.afterId === undefined ? [] : [`Id > ${textLiteral(query.afterId)}`]),
  ];
  return [
    `SELECT ${selection.columns.map(({ path }) => path).join(', ')}`,
    `FROM ${selection.object}`,
    ...(conditions.length > 0 ? [`WHERE ${conditions.join(' AND ')}`] : []),
    ...(query.order === 'id' && selection.hasId ? ['ORDER BY Id'] : []),
  ].join(' ');
};

const excludesDeleted = ({ isDeleted }: Selection, includeDeleted: boolean): boolean =>
  isDeleted === 'unselected' || (isDeleted === 'selected' && !includeDeleted);
