import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectSecrets, scrub } from './secrets.ts';

const secret = { type: 'string', airbyte_secret: true };
const spec = {
  properties: {
    credentials: {
      oneOf: [
        { properties: { auth_type: { const: 'a' }, token: secret } },
        { properties: { auth_type: { const: 'b' }, private_key: { ...secret, multiline: true } } },
      ],
    },
    keys: { type: 'array', items: secret },
    targets: { type: 'array', items: { properties: { url: { type: 'string' }, password: secret } } },
  },
};
const KEY = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG', '9w0BAQEFAASCBKcwgg==', '-----END-----'].join('\n');

test('secrets are found through oneOf, items and nested objects', () => {
  const config = {
    credentials: { auth_type: 'a', token: 'the-token' },
    keys: ['first-key', 'second-key'],
    targets: [{ url: 'https://example.com', password: 'pass-word' }],
  };
  expect(collectSecrets(config, spec).sort()).toEqual(['first-key', 'pass-word', 'second-key', 'the-token']);
});

test.each([
  ['at the wrong place', { token: 'the-token' }],
  ['in a list that should be an object', { credentials: [{ token: 'the-token' }] }],
  ['in an object that should be a text', { credentials: { token: { value: ['the-token'] } } }],
  ['that are the whole config', 'the-token'],
])('secrets %s are found too', (_, config) => {
  expect(collectSecrets(config, spec)).toEqual(['the-token']);
});

test.each([[undefined], [null], [7], [[]], [{ credentials: null, targets: 3 }]])(
  'a config of %j hides nothing and breaks nothing',
  (config) => {
    expect(scrub('a text', collectSecrets(config, spec))).toBe('a text');
  },
);

test('a private key is scrubbed whole, line by line, escaped and in a form', () => {
  const secrets = collectSecrets({ credentials: { private_key: KEY } }, spec);
  const texts = [KEY, JSON.stringify({ KEY }), new URLSearchParams({ KEY }).toString(), encodeURIComponent(KEY)];
  for (const text of [...texts, `bad line: ${KEY.split('\n')[2]}`]) {
    expect(scrub(text, secrets)).not.toMatch(/MIIE|9w0B/);
  }
});

test('a secret that starts like another is removed whole', () => {
  const secrets = collectSecrets({ keys: ['secret', 'secret-and-more'] }, spec);
  expect(scrub('not secret-and-more, not secret', secrets)).toBe('not ****, not ****');
});

test('no secret survives in any text around it', () => {
  // Without asterisks, of which the replacement is made.
  const secretText = fc
    .string({ minLength: 4, unit: 'binary' })
    .filter((text) => !text.includes('*') && text.trim().length >= 4);
  fc.assert(
    fc.property(secretText, (token) => {
      const secrets = collectSecrets({ credentials: { token } }, spec);
      expect(scrub(`: ${token}.`, secrets)).toBe(': ****.');
      expect(scrub(JSON.stringify([token]), secrets)).toBe('["****"]');
    }),
  );
});
