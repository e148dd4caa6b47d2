import type { JsonObject } from './protocol.ts';

// JSON.parse reads a number as a double, which carries 15 digits whatever they are; Salesforce's numbers have up to 18. The text
// of the line still has them all.

const EXACT_DIGITS = 15;

/** Whether the number may come from more digits than a double carries: few do, and only their lines are parsed again. */
const isSuspect = (value: unknown): boolean =>
  typeof value === 'number' &&
  (Number.isInteger(value) ? Math.abs(value) >= 10 ** EXACT_DIGITS : String(value).length > EXACT_DIGITS + 1);

/** The number that the text says, or the text itself, without zeros at its end, if a double may not carry all its digits. */
export const exactNumber = (text: string): number | string => {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const digits = plain.replace('.', '').replace(/^-?0*/, '');
  return digits.length > EXACT_DIGITS ? plain : Number(text);
};

interface Context {
  readonly source?: string;
}

/** TypeScript does not declare the third argument yet; Node has it since 22. */
type Reviver = (this: unknown, key: string, value: unknown, context: Context) => unknown;
const reviveExactly: Reviver = (_, value, { source }) =>
  typeof value === 'number' && source !== undefined ? exactNumber(source) : value;

/**
 * The record's data with each number that a double may have changed as the text it came as. Of the record's own values only:
 * what is within an object stays as it is. `line` is the whole line, of which `data` was parsed.
 */
export const withExactNumbers = (data: JsonObject, line: string): JsonObject => {
  let numbers: string[] | undefined;
  for (const name of Object.keys(data)) if (isSuspect(data[name])) (numbers ??= []).push(name);
  if (numbers === undefined) return data;
  const message = JSON.parse(line, reviveExactly as (key: string, value: unknown) => unknown) as {
    readonly record: { readonly data: JsonObject };
  };
  const exact = message.record.data;
  return { ...data, ...Object.fromEntries(numbers.map((name) => [name, exact[name]])) };
};
