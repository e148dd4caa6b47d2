import type { Selection } from './selection.ts';
import type { Window } from './window.ts';

/** Salesforce takes datetimes without quotes, in UTC with a Z. */
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

/** A text in single quotes, with everything escaped that SOQL gives a meaning. */
export const textLiteral = (text: string): string =>
  `'${text.toWellFormed().replace(/[\\'"\n\r\t\b\f]/g, (char) => ESCAPES[char] ?? char)}'`;

/** A text inside LIKE, where its own wildcards stand for themselves. */
export const likeLiteral = (text: string, match: 'start' | 'anywhere'): string => {
  const inside = textLiteral(text)
    .slice(1, -1)
    .replace(/[%_]/g, (char) => `\\${char}`);
  return match === 'start' ? `'${inside}%'` : `'%${inside}%'`;
};

export interface RowsQuery {
  /** On the cursor; left out where there is none. */
  readonly window?: Window | undefined;
  /** A condition in SOQL, as `conditions.ts` or `plan.ts` makes it. */
  readonly where?: string | undefined;
  readonly includeDeleted: boolean;
  /** Only rows after this Id. */
  readonly afterId?: string | undefined;
  /**
   * `id` lets a read go on after any page (`afterId`). Bulk jobs take `none`: an order switches off Salesforce's own
   * chunking of big objects.
   */
  readonly order: 'id' | 'none';
}

/**
 * The query for a selection's rows, to be sent with queryAll. Rows deleted are asked away where they are not wanted, or
 * where `IsDeleted` is not read and nobody could tell them.
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
