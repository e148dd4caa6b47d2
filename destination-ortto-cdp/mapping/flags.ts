/**
 * A Salesforce checkbox as a record has it; some hosts store records in tables that hold booleans as numbers or text. Undefined
 * when the value is neither true nor false. Every flag is read here, so that none is understood in one place and not in another.
 */
export const readFlag = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value;
  if (value === 1) return true;
  if (value === 0) return false;
  return typeof value === 'string' ? FLAG_WORDS.get(value.trim().toLowerCase()) : undefined;
};

const FLAG_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Whether the flag is set; what is no flag is not. */
export const isTrue = (value: unknown): boolean => readFlag(value) === true;
