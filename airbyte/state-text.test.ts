import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDestinationStats } from './state-text.ts';

const STATS = { recordCount: 7, rejectedRecordCount: 1 };
const SAID = '"destinationStats":{"recordCount":7,"rejectedRecordCount":1}';

test.each([
  ['{"type":"STATE","state":{"a":1}}', `{"type":"STATE","state":{"a":1,${SAID}}}`],
  [' { "state" : { "a" : 1.0 } , "type":"STATE" } \r', ` { "state" : { "a" : 1.0 ,${SAID}} , "type":"STATE" } \r`],
  ['{"state":{"n":12345678901234567890,"e":1E2}}', `{"state":{"n":12345678901234567890,"e":1E2,${SAID}}}`],
  [
    String.raw`{"state":{"\"}":"\u00e9\\","l":[{"x":"}"}]}}`,
    String.raw`{"state":{"\"}":"\u00e9\\","l":[{"x":"}"}],${SAID}}}`,
  ],
  ['{"state":{"destinationStats":{"recordCount":9},"b":2}}', `{"state":{${SAID},"b":2}}`],
  ['{"state":{"a":1,"destinationStats" : null }}', `{"state":{"a":1,${SAID.replace(':', ' : ')} }}`],
  [
    String.raw`{"st\u0061te":{"d\u0065stinationStats":1}}`,
    String.raw`{"st\u0061te":{"d\u0065stinationStats":{"recordCount":7,"rejectedRecordCount":1}}}`,
  ],
  ['{"state":{"old":1},"state":{"new":1}}', `{"state":{"old":1},"state":{"new":1,${SAID}}}`],
  [
    '{"state":{"stream":{"destinationStats":3}},"destinationStats":4}',
    `{"state":{"stream":{"destinationStats":3},${SAID}},"destinationStats":4}`,
  ],
  ['{"state":{}}', `{"state":{${SAID}}}`],
])('the counts are put into %s, and nothing else changes', (text, expected) => {
  expect(withDestinationStats(text, STATS)).toBe(expected);
});

/** JSON as another program may write it: spaces anywhere, numbers and escapes of any spelling. */
const space = fc.constantFrom('', '', ' ', '\t', '\r');
const number = fc.constantFrom('1.0', '-0', '12345678901234567890', '1E+400', '0.1000', '9007199254740993', '1e-7');
const escape = fc.constantFrom(String.raw`\u00e9`, String.raw`\/`, String.raw`\ud83d`, String.raw`\"`, String.raw`\\`);
const text = fc
  .array(fc.oneof(fc.constantFrom('é', '{', '}', '[', ',', ':', 'destinationStats', '\u2028'), escape), {
    maxLength: 4,
  })
  .map((parts) => `"${parts.join('')}"`);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(number, text, fc.constantFrom('null', 'true', 'false')),
    fc
      .tuple(space, fc.array(tie('json'), { maxLength: 3 }), space)
      .map(([a, items, b]) => `[${a}${items.join(`${b},`)}${b}]`),
    fc
      .tuple(space, fc.array(fc.tuple(text, space, tie('json')), { maxLength: 3 }), space)
      .map(
        ([a, members, b]) =>
          `{${a}${members.map(([key, gap, value]) => `${key}${gap}:${a}${value}`).join(`${b},`)}${b}}`,
      ),
  ),
}));

test('a line without the counts that were put in is the line as it came, whatever its text', () => {
  const member = fc
    .tuple(
      text.filter((key) => key !== '"destinationStats"'),
      json,
    )
    .map(([key, value]) => `${key}:${value}`);
  fc.assert(
    fc.property(fc.array(member), fc.array(member), space, space, (members, around, a, b) => {
      const state = `{${a}${members.join(',')}${b}}`;
      const line = `${a}{${[...around, `"state"${b}:${a}${state}`].join(`,${b}`)}}${b}`;
      const out = withDestinationStats(line, STATS);
      expect(out.split(SAID)).toHaveLength(2);
      expect(out.replace(`,${SAID}`, '').replace(SAID, '')).toBe(line);
      // What JSON.parse itself makes of escaped keys is not compared: V8 13.6 takes one such key for another.
      expect(JSON.parse(out)).toHaveProperty('state.destinationStats', STATS);
      expect(withDestinationStats(out, STATS)).toBe(out);
    }),
    { numRuns: 2_000 },
  );
});

test('a state nested deeper than any code can follow is put out like any other', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  expect(withDestinationStats(`{"state":{"a":${deep}}}`, STATS)).toBe(`{"state":{"a":${deep},${SAID}}}`);
});
