import { ConfigError, TransientError } from './errors.ts';
import { traceError } from './protocol.ts';
import type { StreamDescriptor, TraceMessage } from './protocol.ts';

const ROOT = new URL('..', import.meta.url);

/** Codes such as ECONNRESET along the chain of causes: constants of the platform, never data. */
const codesOf = (error: unknown, depth = 0): string[] => {
  if (!(error instanceof Error) || depth > 3) return [];
  const code = 'code' in error && typeof error.code === 'string' && /^\w{1,60}$/.test(error.code) ? [error.code] : [];
  return [...code, ...codesOf(error.cause, depth + 1)];
};

/** The frames of a stack, without its first lines, which repeat the message, and without the project's location. */
const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
    .replaceAll(ROOT.href, '')
    .replaceAll(ROOT.pathname, '');

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return `a ${typeof error} was thrown`;
  // A parser's message quotes what it parsed.
  const message = error instanceof SyntaxError ? 'some text could not be parsed' : error.message;
  const codes = [...new Set(codesOf(error))].join(', ');
  return `${error.name}: ${message}${codes === '' ? '' : ` (${codes})`}`;
};

/**
 * The TRACE message for an error; its class determines the failure type. Config and transient errors show the user their own
 * message; anything else is a bug and adds its stack frames. No other property of an error is copied.
 */
export const failureTrace = (error: unknown, stream?: StreamDescriptor): TraceMessage => {
  const of = stream === undefined ? {} : { stream_descriptor: stream };
  if (error instanceof ConfigError) return traceError({ message: error.message, failure_type: 'config_error', ...of });
  if (error instanceof TransientError) {
    return traceError({ message: error.message, failure_type: 'transient_error', ...of });
  }
  const stack = error instanceof Error ? framesOf(error) : '';
  return traceError({
    message: `Something unexpected went wrong inside the connector. ${describe(error)}`,
    internal_message: describe(error),
    ...(stack !== '' && { stack_trace: stack }),
    failure_type: 'system_error',
    ...of,
  });
};
