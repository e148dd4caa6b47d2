// How large a row is on the wire, and how much one request may hold.

/** Ortto accepts 100 rows and 2 MB per request; the rest of the body needs some room. */
export const MAX_ROWS = 100;
export const MAX_BYTES = 1_900_000;

/** Six bytes per code unit are enough for any text: that is the longest JSON escape. */
const ESCAPED = 6;
/** A hundred rows of this size always fit into a request, so measuring them exactly would waste time. */
const SMALL_ROW = MAX_BYTES / MAX_ROWS;

/** An upper bound on the UTF-8 bytes that the fields take as JSON; exact when they are many. */
export const rowBytes = (fields: readonly { readonly id: string; readonly value: unknown }[]): number => {
  let bound = ROW_BYTES;
  for (const { id, value } of fields) bound += id.length + 8 + atMost(value);
  return bound <= SMALL_ROW ? bound : exactBytes(fields);
};

/** The part of a row around its fields. */
const ROW_BYTES = 32;
const NUMBER_BYTES = 24;

const atMost = (value: unknown): number => {
  if (typeof value === 'string') return value.length * ESCAPED + 2;
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES;
  let bound = 2;
  for (const [key, each] of Object.entries(value)) bound += key.length * ESCAPED + 4 + atMost(each);
  return bound;
};

const exactBytes = (fields: readonly { readonly id: string; readonly value: unknown }[]): number =>
  ROW_BYTES + fields.reduce((sum, { id, value }) => sum + Buffer.byteLength(JSON.stringify([id, value])) + 2, 0);
