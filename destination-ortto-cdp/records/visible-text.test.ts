import { expect, test } from 'vitest';
import { visibleText, withoutInvisible } from './visible-text.ts';

const HIDDEN = ['\u200b', '\u200e', '\u202e', '\u00ad', '\ufeff', '\u2060', '\u0000', '\u0007', '\u0085', '\u2066'];

test.each(HIDDEN)('%j is neither in a key nor in a text', (hidden) => {
  expect(withoutInvisible(` ana${hidden}@corp.test${hidden} `)).toBe('ana@corp.test');
  expect(visibleText(`A${hidden}na`)).toBe('Ana');
  expect(visibleText(hidden.repeat(3))).toBe('');
});

test('line breaks and tabs stay in a text', () => {
  expect(visibleText('Line 1\r\n\tLine 2')).toBe('Line 1\r\n\tLine 2');
});

test('what words and emoji are written with stays in a text, and goes from a key', () => {
  for (const text of [
    'می\u200cخواهم',
    '👩\u200d💻',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '\u0600١',
  ]) {
    expect(visibleText(text)).toBe(text);
  }
  expect(withoutInvisible('a\u200db')).toBe('ab');
});

test('a text of nothing but joiners is empty', () => {
  expect(visibleText('\u200d\u200c\u200b')).toBe('');
  expect(visibleText(' \u200d ')).toBe('');
});
