import { expect, test } from 'vitest';
import { errorsOf, ledgerOf, record, runWrite, salesforceId, state } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// A number without a country code belongs to the country of its record, or to that of the settings.

const ortto = useOrtto();
const streams = { Contact: ['Id', 'Email', 'Phone', 'MailingCountry'] };
const lines = (rows: readonly (readonly [phone: string, country: string | null])[]) => [
  ...rows.map(([Phone, MailingCountry], number) =>
    record('Contact', { Id: salesforceId('003', number), Email: `p${number}@x.test`, Phone, MailingCountry }),
  ),
  state('Contact', 1),
];
const phones = () => ortto.cdp.people().map(({ fields }) => fields['phn::phone']);

test("a number is read with its record's country, by name or code, and with the option where there is none", async () => {
  const rows = [
    ['030/123456', 'Germany'],
    ['030 123456', 'DE'],
    ['(415) 555-2671', null],
    ['+44 (0)20 7946 0958', 'Germany'],
    ['ask reception', 'Germany'],
  ] as const;
  const run = await runWrite(ortto, { streams, lines: lines(rows), config: { phone_country: 'us' } });
  expect(run.exitCode).toBe(0);
  expect(phones()).toEqual([
    { c: '49', n: '30123456' },
    { c: '49', n: '30123456' },
    { c: '1', n: '4155552671' },
    { c: '44', n: '2079460958' },
    undefined,
  ]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 5, left_out: { Phone: { not_a_phone: 1 } } });
});

test('a code that no country has is a config error before anything is written', async () => {
  const run = await runWrite(ortto, { streams, lines: lines([['030 123456', null]]), config: { phone_country: 'XX' } });
  expect(errorsOf(run)).toMatchObject([
    {
      failure_type: 'config_error',
      message: expect.stringContaining('phone_country: XX is not the code of a country'),
    },
  ]);
  expect(phones()).toEqual([]);
});
