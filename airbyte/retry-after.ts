/**
 * `Retry-After` as milliseconds from `nowEpochMs`: seconds or an HTTP date, with 0 for a date in the past. Undefined if it is
 * absent or cannot be followed (a negative number, text).
 */
export const retryAfterMs = (header: string | undefined, nowEpochMs: number): number | undefined => {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds < 0 ? undefined : seconds * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowEpochMs);
};
