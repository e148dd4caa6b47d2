import type { JsonObject } from './protocol.ts';

/** Whether a parsed value is an object: neither a list nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
