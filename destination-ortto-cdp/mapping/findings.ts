/** What planning has found, for the user to read. Entries are only ever added. */
export interface Findings {
  readonly problems: string[];
  readonly warnings: string[];
  readonly notes: string[];
}

/** The note, once per stream, about selected standard fields that are not sent. */
export const notSentNote = (stream: string, names: readonly string[]): string =>
  `${stream}: selected but not sent, because the mapping does not name them: ${names.join(', ')}. Add them with objects[].fields`;
