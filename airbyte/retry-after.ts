/**
 * `Retry-After` as milliseconds from `nowEpochMs`: seconds or an HTTP date, one that has passed being 0. Undefined when it
 * is absent or says nothing that could be obeyed (a negative number, text).
 */
export const retryAfterMs = (header: string | undefined, nowEpochMs: number): number | undefined => {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds < 0 ? undefined : seconds * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowEpochMs);
};
