import type { Kind } from '../catalog/field-types.ts';
import type { Selection } from '../planning/selection.ts';

/** What surrounds the data in every record of one read. */
export interface Envelope {
  readonly stream: string;
  /** Epoch milliseconds; the same for all records of a read, so that equal rows produce equal lines. */
  readonly emittedAt: number;
}

/** The text of a RECORD line up to and including the `{` of its data. */
export const lineHead = ({ stream }: Envelope): string =>
  `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":{`;

/** The text of a RECORD line after the `}` of its data; `nulled` names fields whose value could not be read. */
export const lineTail = ({ emittedAt }: Envelope, nulled: readonly string[]): string =>
  nulled.length === 0
    ? `,"emitted_at":${emittedAt}}}\n`
    : `,"emitted_at":${emittedAt},"meta":${JSON.stringify({
        changes: nulled.map((field) => ({ field, change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' })),
      })}}}\n`;

/**
 * An instruction for writing what is between the values of a record: `open` and `close` an object (null when all its values
 * are), or `copy` a value that was written before.
 */
export type Instruction =
  | { readonly kind: 'open'; readonly text: Uint8Array }
  | { readonly kind: 'close' }
  | { readonly kind: 'copy'; readonly text: Uint8Array; readonly column: number };

/** Most bytes that instructions write, not counting copied values. */
export const maxLength = (instructions: readonly Instruction[]): number =>
  instructions.reduce((sum, each) => sum + (each.kind === 'close' ? 4 : each.text.length + 1), 0);

/** How to write a record while the cells of a row are read in their order. */
export interface Layout {
  /** For each cell: the column it belongs to, and the kind of that column. */
  readonly columns: readonly number[];
  readonly kinds: readonly Kind[];
  /** For each cell: the instructions before it, then the text directly before its value. */
  readonly before: readonly (readonly Instruction[])[];
  readonly keys: readonly Uint8Array[];
  /** After the last cell. */
  readonly after: readonly Instruction[];
  /**
   * True when the cells are in a different order than the record needs: their values are first written to the side, and `after`
   * assembles the record from them.
   */
  readonly aside: boolean;
}

type RecordPart = Instruction | { readonly kind: 'value'; readonly text: Uint8Array; readonly column: number };

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Compiles a selection for cells in the given order of columns; `head` is written before the record's first key. */
export const compileLayout = (selection: Selection, order: readonly number[], head: string): Layout => {
  const parts = recordParts(selection, head);
  const streamed = parts.flatMap((part) => (part.kind === 'value' ? [part.column] : []));
  const aside = streamed.some((column, at) => column !== order[at]);
  const before: Instruction[][] = [];
  const keys: Uint8Array[] = [];
  let instructions: Instruction[] = [];
  for (const part of parts) {
    if (part.kind === 'value' && !aside) {
      before.push(instructions);
      keys.push(part.text);
      instructions = [];
    } else {
      instructions.push(part.kind === 'value' ? { ...part, kind: 'copy' } : part);
    }
  }
  return {
    columns: order,
    kinds: order.map((column) => selection.columns[column]?.kind ?? 'text'),
    before: aside ? order.map(() => []) : before,
    keys: aside ? order.map(() => utf8('')) : keys,
    after: instructions,
    aside,
  };
};

/** The text of a record in its order: each value where it is first needed, later as a copy. */
const recordParts = ({ properties }: Selection, head: string): RecordPart[] => {
  const written = new Set<number>();
  const valueOrCopy = (text: string, column: number): RecordPart => {
    const kind = written.has(column) ? 'copy' : 'value';
    written.add(column);
    return { kind, text: utf8(text), column };
  };
  return properties.flatMap((property, index): RecordPart[] => {
    const key = `${index === 0 ? head : ','}${JSON.stringify(property.name)}:`;
    return 'column' in property
      ? [valueOrCopy(key, property.column)]
      : [
          { kind: 'open', text: utf8(key) },
          ...property.members.map(({ name, column }, at) =>
            valueOrCopy(`${at === 0 ? '' : ','}${JSON.stringify(name)}:`, column),
          ),
          { kind: 'close' },
        ];
  });
};
