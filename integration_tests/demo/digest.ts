import { createHash } from 'node:crypto';

const DAY_MS = 86_400_000;

/** An org made today differs from one made yesterday in its dates alone, so dates count as days before the org's own. */
const rebased = (value: unknown, orgDay: number): unknown => {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(value)) {
    return `${(Date.parse(value) - orgDay) / DAY_MS} days`;
  }
  if (Array.isArray(value)) return value.map((item) => rebased(item, orgDay));
  if (typeof value !== 'object' || value === null) return value;
  const entries = value as Record<string, unknown>;
  const { year, month, day } = entries;
  if (typeof year === 'number' && typeof month === 'number' && typeof day === 'number') {
    return `${(Date.UTC(year, month - 1, day) - orgDay) / DAY_MS} days`;
  }
  return Object.fromEntries(Object.entries(entries).map(([key, item]) => [key, rebased(item, orgDay)]));
};

/** Twelve hexadecimal digits that are equal for equal content, whatever the day it was made on. */
export const digest = (content: unknown, orgNow: Date): string =>
  createHash('sha256')
    .update(JSON.stringify(rebased(content, orgNow.getTime())))
    .digest('hex')
    .slice(0, 12);
