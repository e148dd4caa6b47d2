/** The user must change something: a setting, a permission, a field. Shown to them verbatim; never retried. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** One error for everything that is wrong with `subject` ("The configuration"), with one sentence per problem. */
export const problemsOf = (subject: string, problems: readonly string[]): ConfigError =>
  new ConfigError(
    problems.length === 1
      ? `${subject} has a problem: ${problems[0]}`
      : `${subject} has ${problems.length} problems:\n${problems.join('\n')}`,
  );

/** Worth another attempt later; carries the server's advice on when, if it gave any. */
export class TransientError extends Error {
  override name = 'TransientError';
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options?: ErrorOptions & { retryAfterMs?: number | undefined }) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

const NAMED = 20;

/** Names for a sentence: all of a few, the first of many. */
export const listed = (names: readonly string[]): string =>
  names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;

// Anything else is a bug: let it reach the top, where it becomes a system_error trace and exit code 1.
