import { expect, test } from 'vitest';
import { contacts, FIELDS } from './contact-records.ts';
import { runWrite } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// A state is the source's own text: what goes back to the platform is that text, with the counts put in.

const ortto = useOrtto();

const HEAD = String.raw`"stream":{"stream_descriptor":{"name":"Contact"},"stream_state":`;
const SAID = '"destinationStats":{"recordCount":0,"rejectedRecordCount":0}';

/** Lines as other programs write them, each with the mark where the counts belong. */
const NASTY = [
  `{"type":"STATE","state":{"type":"STREAM",${HEAD}{"cursor":12345678901234567890,"rate":1.0,"e":1E+2}}§}}`,
  ` {\t"state" : { "type":"STREAM", ${HEAD} {"b":1,"a":-0.0, "10":1,"9":2} } , "id" : 9007199254740993 §} , "type":"STATE" } `,
  String.raw`{"type":"STATE","state":{"type":"STREAM",${HEAD}{"é":"\u00e9\/\ud83d","}":"{\"state\":{}}","\u0000":null}}§},"x":[1.50]}`,
  `{"type":"STATE","state":{"type":"STREAM",${HEAD}{"twice":1,"twice":2.0}},"sourceStats":{"recordCount":0.0}§}}\r`,
] as const;

test('every byte of a state but the counts goes back as it came', async () => {
  const lines = [...contacts(3), ...NASTY.map((line) => `${line.replace('§', '')}\n`)];
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(run.exitCode).toBe(0);
  const states = run.stdout.split('\n').filter((line) => line.includes('"stream_descriptor"'));
  expect(states).toEqual(
    NASTY.map((line, index) =>
      line.replace('§', `,${index === 0 ? SAID.replace('"recordCount":0', '"recordCount":3') : SAID}`),
    ),
  );
});

test('counts that a state came with, from an earlier pass through a destination, give way to ours', async () => {
  const old = '"destinationStats" : {"recordCount":99}';
  const line = `{"type":"STATE","state":{"type":"STREAM",${old},${HEAD}{"n":1.0}}}}`;
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [`${line}\n`] });
  expect(run.stdout.split('\n')).toContain(line.replace(old, SAID.replace(':', ' : ')));
});
