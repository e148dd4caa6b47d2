import { expect, test } from 'vitest';
import { CONTACT, plan, texts } from '../fixtures/mapping-plan.ts';

const LEAD = texts('Email');
const TASK = texts('WhoId', 'CreatedDate', 'Subject');
const warned = (streams: Parameters<typeof plan>[0]) =>
  plan(streams).warnings.filter((text) => text.includes('selected without Contact'));

test('activities and leads without contacts are pointed out, once and by name', () => {
  expect(warned({ Lead: LEAD, Task: TASK, Account: texts('Name') })).toEqual([
    expect.stringMatching(/^Lead, Task: selected without Contact/),
  ]);
});

test('nothing is said where contacts are written, or nothing needs them', () => {
  expect(warned({ Contact: CONTACT, Lead: LEAD, Task: TASK })).toEqual([]);
  expect(warned({ Account: texts('Name') })).toEqual([]);
});
