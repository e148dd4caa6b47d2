import { onTestFinished } from 'vitest';
import { startOrtto } from '../ortto.ts';
import type { OrttoOptions, OrttoSimulator } from '../ortto.ts';

// An embedded Ortto for one test, and calls to it over HTTP.

export type Json = { readonly [key: string]: unknown };

export const start = async (options: OrttoOptions = {}): Promise<OrttoSimulator> => {
  const ortto = await startOrtto(options);
  onTestFinished(() => ortto.close());
  return ortto;
};

export interface Heard {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly json: Json;
}

export const call = async (
  ortto: OrttoSimulator,
  path: string,
  body: unknown = {},
  { method = 'POST', key = ortto.apiKey } = {},
): Promise<Heard> => {
  const response = await fetch(`${ortto.url}/v1${path}`, {
    method,
    headers: { 'x-api-key': key, 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const type = response.headers.get('content-type');
  return { status: response.status, type, text, json: type === 'application/json' ? (JSON.parse(text) as Json) : {} };
};

export const put = (ortto: OrttoSimulator, path: string, body: unknown): Promise<Heard> =>
  call(ortto, path, body, { method: 'PUT' });

export const person = (index: number): Json => ({
  fields: { 'str::email': `p${index}@corp.test`, 'str::first': `P${index}` },
});
export const mergePeople = (ortto: OrttoSimulator, count: number, more: Json = {}): Promise<Heard> =>
  call(ortto, '/person/merge', {
    people: Array.from({ length: count }, (_, index) => person(index)),
    merge_by: ['str::email'],
    ...more,
  });
