/** What a resource answers, before faults and compression. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** All of it, or its pieces in order; undefined for no body. */
  readonly body: Buffer | AsyncIterable<Buffer> | undefined;
}

export const jsonAnswer = (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers },
  body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});

export const emptyAnswer = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
  body: undefined,
});
