import { expect, test } from 'vitest';
import { ConfigError, TransientError } from './errors.ts';
import { failureTrace } from './failures.ts';

const errorOf = (error: unknown) => {
  const { trace } = failureTrace(error);
  return trace.type === 'ERROR' ? trace.error : undefined;
};

test.each([
  [new ConfigError('Tick the box.'), { message: 'Tick the box.', failure_type: 'config_error' }],
  [new TransientError('Try later.', { retryAfterMs: 5 }), { message: 'Try later.', failure_type: 'transient_error' }],
])('an error for the user becomes their message and nothing else', (error, expected) => {
  expect(errorOf(error)).toEqual(expected);
});

test('a bug becomes a system error with frames that name project files only', () => {
  const failure = errorOf(new TypeError('x is not a function\nsecond line'));
  expect(failure?.failure_type).toBe('system_error');
  expect(failure?.message).toContain('TypeError: x is not a function');
  const frames = failure?.stack_trace?.split('\n') ?? [];
  expect(frames[0]).toMatch(/^\s+at .*airbyte\/failures\.test\.ts:\d+:\d+/);
  expect(frames[0]).not.toContain(import.meta.dirname);
  expect(failure?.stack_trace).not.toContain('second line');
});

test('no property of an error but its name, message and code of its causes is copied', () => {
  const cause = Object.assign(new Error('connect to host'), { code: 'ECONNREFUSED', address: 'planted' });
  const error = Object.assign(new TypeError('fetch failed', { cause }), {
    config: { password: 'planted' },
    code: 'planted text',
  });
  const text = JSON.stringify(failureTrace(error));
  expect(text).toContain('TypeError: fetch failed (ECONNREFUSED)');
  expect(text).not.toContain('planted');
  expect(text).not.toContain('connect to host');
});

test('the message of a parser, which quotes what it parsed, is left out', () => {
  const thrown = (): unknown => {
    try {
      return JSON.parse('planted value');
    } catch (error) {
      return error;
    }
  };
  expect(String(thrown())).toContain('planted');
  expect(JSON.stringify(failureTrace(thrown()))).not.toContain('planted');
});

test.each([['a text'], [undefined], [{ password: 'a text' }]])(
  'something thrown that is not an error, %j, is not quoted',
  (thrown) => {
    expect(errorOf(thrown)).toMatchObject({ failure_type: 'system_error' });
    expect(JSON.stringify(failureTrace(thrown))).not.toContain('a text');
  },
);

test('a failed stream is named', () => {
  expect(failureTrace(new ConfigError('No.'), { name: 'Lead' })).toMatchObject({
    trace: { error: { stream_descriptor: { name: 'Lead' } } },
  });
});
