import type { JsonObject } from './json.ts';

/** A call answered with an error status. The message becomes the envelope's `error`, `details` one entry per row. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly details: readonly JsonObject[] | undefined;

  constructor(status: number, message: string, details?: readonly JsonObject[]) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** What is wrong with a row whose fields are these, where Ortto has been set to refuse some; quotes no value. */
export const refusedField = (
  { limits }: { readonly limits: { readonly refusedFields: readonly string[] } },
  fields: Iterable<readonly [id: string, value: unknown]>,
): string | undefined => {
  const id = [...fields].find(([each, value]) => value !== null && limits.refusedFields.includes(each))?.[0];
  return id === undefined ? undefined : `${id}: not accepted`;
};

/** The error of a bad row, as far as Ortto tells what was wrong. */
export const rowError = ({ switches }: { readonly switches: { readonly rowError: string } }, error: string): string =>
  switches.rowError === 'names-field' || /not found|suppressed/i.test(error) ? error : 'A value is not valid';
