import { expect, test } from 'vitest';
import type { Log } from '../../airbyte/connector.ts';
import type { UnlistedValue } from '../records/mapped.ts';
import { createUnlistedValues } from './unlisted-values.ts';

const lines = (kind: UnlistedValue['kind'], texts: readonly string[]) => {
  const said: string[] = [];
  const say = (level: string) => (text: string) => void said.push(`${level} ${text}`);
  const log: Log = { error: say('ERROR'), warn: say('WARN'), info: say('INFO'), debug: say('DEBUG') };
  const values = createUnlistedValues({ note: () => {} });
  for (const text of texts) values.count('Contact', [{ from: 'Consent__c', kind, text, optOut: undefined }]);
  values.print(log);
  return { said, implied: values.implied('Contact'), foreign: values.implied('Lead') };
};

test('each value is named once with how often it came, the most frequent first', () => {
  expect(lines('opted_in_when', ['No', '', 'no', 'Perhaps', 'NO']).said).toEqual([
    'INFO Contact.Consent__c: taken as opted out, because opted_in_when does not have them: "No" (3), empty (1), "Perhaps" (1)',
  ]);
  expect(lines('opted_out_when', ['Yes']).said).toEqual([
    'INFO Contact.Consent__c: not taken as opted out, because opted_out_when does not have them: "Yes" (1)',
  ]);
  expect(lines('flag', ['Yes']).said).toEqual([
    'WARN Contact.Consent__c: not taken as opted out, because they are neither true nor false: "Yes" (1). Say what they mean with opted_out_when or opted_in_when',
  ]);
});

test('for the limit the implied ones of a stream are put into words', () => {
  expect(lines('opted_in_when', ['No']).implied).toBe('Consent__c: "No" (1)');
  expect(lines('opted_in_when', ['No']).foreign).toBe('');
  expect(lines('opted_out_when', ['No']).implied).toBe('');
});

test('what may be about a person is not named: texts, addresses, numbers; a long value is cut', () => {
  const many = Array.from({ length: 21 }, (_, number) => `Secret ${number}`);
  expect(lines('opted_out_when', many).said).toEqual([
    'INFO Contact.Consent__c: not taken as opted out, because opted_out_when does not have them: 21 records with more than 20 different values, which are not named',
  ]);
  const { implied } = lines('opted_in_when', ['ana@corp.test', '+44 20 7946 0958', 'x'.repeat(41), 'Level 12345']);
  expect(implied).toBe(`Consent__c: (not shown) (2), "${'x'.repeat(40)}…" (1), "Level 12345" (1)`);
});
