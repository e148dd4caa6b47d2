import { expect, test } from 'vitest';
import { isLoopback } from './loopback.ts';

test.each([
  ['http://localhost:8080', true],
  ['http://127.0.0.1', true],
  ['http://127.255.1.9', true],
  ['http://[::1]:1', true],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['http://128.0.0.1', false],
])('%s is this machine: %s', (url, isThis) => {
  expect(isLoopback(new URL(url).hostname)).toBe(isThis);
});
