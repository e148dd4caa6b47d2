export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list of strings, an absent or null one counting as empty; undefined when it is anything else. */
export const readStrings = (value: unknown): readonly string[] | undefined => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
};

/** TypeScript does not declare these yet; Node has them since 22. */
const json = JSON as unknown as { rawJSON: (text: string) => object; isRawJSON: (value: unknown) => boolean };

/** A value that JSON.stringify writes as this text. */
const rawJson = (text: string): object => json.rawJSON(text);

/** Whether a parsed value is an integer of 64 bits. */
export const isInteger = (value: unknown): boolean => {
  if (!json.isRawJSON(value)) return Number.isSafeInteger(value);
  const integer = BigInt((value as { readonly rawJSON: string }).rawJSON);
  return BigInt.asIntN(64, integer) === integer;
};

/** Integers that a double cannot hold stay digits, as they would in a language with 64-bit integers. */
export const parseExactly = (text: string): unknown =>
  /\d{16}/.test(text)
    ? JSON.parse(text, ((_: string, value: unknown, { source }: { source?: string }) =>
        typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')
          ? rawJson(source ?? '')
          : value) as (key: string, value: unknown) => unknown)
    : JSON.parse(text);
