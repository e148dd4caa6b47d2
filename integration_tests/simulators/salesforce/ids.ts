const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The instance part of every id of this org (characters 4 and 5), then the reserved zero. */
const POD = '5g0';

const checksumOf = (five: string): string => {
  let bits = 0;
  for (let index = 0; index < five.length; index += 1) {
    const character = five.charCodeAt(index);
    if (character >= 65 && character <= 90) bits |= 1 << index;
  }
  return CHECKSUM.charAt(bits);
};

/**
 * The 18-character form of a 15-character id. Each of the last three characters says which of five letters are upper
 * case, so that two ids which differ only in case stay two where case is lost.
 */
export const longId = (id: string): string =>
  id.slice(0, 15) + checksumOf(id.slice(0, 5)) + checksumOf(id.slice(5, 10)) + checksumOf(id.slice(10, 15));

/** Whether a text has the form of an id: 15 or 18 letters and digits. */
export const isId = (text: string): boolean => /^(?:[0-9A-Za-z]{15}|[0-9A-Za-z]{18})$/.test(text);

/** The id of the nth row (from 1) of the object with this 3-character prefix. Ids grow with n in SOQL's order. */
export const idOf = (prefix: string, n: number): string => {
  let digits = '';
  for (let rest = n; rest > 0; rest = Math.floor(rest / 62)) digits = BASE62.charAt(rest % 62) + digits;
  return longId(prefix + POD + digits.padStart(9, '0'));
};
