import { Refusal } from './refusal.ts';

/** 24 hex characters, as in recordings of the live API: kind (`00` people, `10` accounts), seconds since 1970, a counter, `00`. */
export const makeId = (prefix: '00' | '10', now: number, serial: number): string =>
  `${prefix}${Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')}${serial.toString(16).padStart(12, '0')}00`;

export const noCursor = '0'.repeat(24);

export const isId = (value: unknown): value is string =>
  typeof value === 'string' && /^(?:[0-9a-f]{12}|[0-9a-f]{24})$/.test(value);

/** Why a JSON value is not an id, in Ortto's words. */
export const idProblem = (value: unknown): string =>
  `cannot unmarshal into an ID, the length must be 12 or 24 + 2 for hex but it is ${
    JSON.stringify(value ?? null).length
  }: Object not found`;

/** The ids of a list in a request body; an absent one counts as empty. */
export const readIds = (value: unknown): readonly string[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Refusal(400, 'Failed to parse request: a list of ids is expected');
  return value.map((id: unknown) => {
    if (!isId(id)) throw new Refusal(400, `Failed to parse request: ${idProblem(id)}`);
    return id;
  });
};
