import type { Kind } from '../catalog/field-types.ts';
import type { Selection } from '../planning/selection.ts';

/** What every record of one read has around its data. */
export interface Envelope {
  readonly stream: string;
  /** Epoch milliseconds; one instant for all records of a read, so that equal rows make equal lines. */
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
 * One step in writing a record around its values: `open` and `close` an object (null when all its values are), or
 * `copy` a value that has been written before.
 */
export type Step =
  | { readonly kind: 'open'; readonly text: Uint8Array }
  | { readonly kind: 'close' }
  | { readonly kind: 'copy'; readonly text: Uint8Array; readonly column: number };

/** Bytes that steps write at most, values copied aside. */
export const longest = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => sum + (step.kind === 'close' ? 4 : step.text.length + 1), 0);

/** How to write a record while the cells of a row go by, in their order. */
export interface Layout {
  /** For each cell: which column it fills, and of what kind that is. */
  readonly columns: readonly number[];
  readonly kinds: readonly Kind[];
  /** For each cell: the steps before it, then the text right before its value. */
  readonly before: readonly (readonly Step[])[];
  readonly keys: readonly Uint8Array[];
  /** After the last cell. */
  readonly after: readonly Step[];
  /**
   * True when the cells come in another order than the record needs: their values are written aside first, and `after`
   * copies the whole record together.
   */
  readonly aside: boolean;
}

type Instruction = Step | { readonly kind: 'value'; readonly text: Uint8Array; readonly column: number };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Compiles a selection for cells in the given order of columns; `head` is written before the record's first key. */
export const compileLayout = (selection: Selection, order: readonly number[], head: string): Layout => {
  const instructions = program(selection, head);
  const streamed = instructions.flatMap((step) => (step.kind === 'value' ? [step.column] : []));
  const aside = streamed.some((column, at) => column !== order[at]);
  const before: Step[][] = [];
  const keys: Uint8Array[] = [];
  let steps: Step[] = [];
  for (const step of instructions) {
    if (step.kind === 'value' && !aside) {
      before.push(steps);
      keys.push(step.text);
      steps = [];
    } else {
      steps.push(step.kind === 'value' ? { ...step, kind: 'copy' } : step);
    }
  }
  return {
    columns: order,
    kinds: order.map((column) => selection.columns[column]?.kind ?? 'text'),
    before: aside ? order.map(() => []) : before,
    keys: aside ? order.map(() => bytes('')) : keys,
    after: steps,
    aside,
  };
};

/** A record's text in its order: each value where it is first needed, later as a copy. */
const program = ({ properties }: Selection, head: string): Instruction[] => {
  const written = new Set<number>();
  const valueOrCopy = (text: string, column: number): Instruction => {
    const kind = written.has(column) ? 'copy' : 'value';
    written.add(column);
    return { kind, text: bytes(text), column };
  };
  return properties.flatMap((property, index): Instruction[] => {
    const key = `${index === 0 ? head : ','}${JSON.stringify(property.name)}:`;
    return 'column' in property
      ? [valueOrCopy(key, property.column)]
      : [
          { kind: 'open', text: bytes(key) },
          ...property.members.map(({ name, column }, at) =>
            valueOrCopy(`${at === 0 ? '' : ','}${JSON.stringify(name)}:`, column),
          ),
          { kind: 'close' },
        ];
  });
};
