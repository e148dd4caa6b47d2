import { expect, test } from 'vitest';
import { consentRule } from './consent.ts';
import type { MergeStrategy, ModifySystemFields } from '../config.ts';
import { parseConfig } from '../config.ts';

const config = (modifySystemFields: ModifySystemFields, mergeStrategy: MergeStrategy) => {
  const defaults = parseConfig({ api_key: 'key' });
  return { modifySystemFields, people: { ...defaults.people, mergeStrategy } };
};

const ticked: ModifySystemFields = { mode: 'selected', fields: ['email_permission'] };

test.each([
  [ticked, 'overwrite_existing', 'overwrite'],
  [ticked, 'append_only', 'overwrite'],
  [ticked, 'ignore', 'on_create'],
  [{ mode: 'selected', fields: ['email'] }, 'overwrite_existing', 'on_create'],
  [{ mode: 'if_empty' }, 'overwrite_existing', 'on_create'],
  [{ mode: 'none' }, 'append_only', 'on_create'],
] as const)('with %j and %s an opt-out has the rule %s', (modify, strategy, expected) => {
  expect(consentRule(config(modify, strategy), 'email_permission')).toBe(expected);
});
