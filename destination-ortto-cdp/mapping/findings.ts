/** What planning finds, for the user to read; only ever added to. */
export interface Findings {
  readonly problems: string[];
  readonly warnings: string[];
  readonly notes: string[];
}

/** What is said, once a stream, of selected standard fields that nothing is done with. */
export const notSentNote = (stream: string, names: readonly string[]): string =>
  `${stream}: selected but not sent, because the mapping does not name them: ${names.join(', ')}. Add them with objects[].fields`;
