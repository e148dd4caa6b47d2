import type { Outcome } from './source-org.ts';

export const contactsOf = ({ records }: Pick<Outcome, 'records'>): readonly string[] =>
  (records.get('Contact') ?? []).toSorted();

export const MINUTES = 60_000;
