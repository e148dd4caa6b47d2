import { expect, test } from 'vitest';
import { startOrtto } from '../simulators/ortto.ts';
import { ledgerOf, record, rejections, runWrite, salesforceId, state, stateIds } from './destination-run.ts';

// A campaign member who responds in Sydney in the morning has a date that is ahead of UTC.

const streams = {
  Contact: ['Id', 'Email'],
  CampaignMember: ['Id', 'LeadOrContactId', 'Status', 'FirstRespondedDate', 'CreatedDate'],
};
const today = new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10);
const lines = [
  record('Contact', { Id: salesforceId('003', 1), Email: 'ana@corp.test' }),
  state('Contact', 1),
  record('CampaignMember', {
    Id: '00v000000000001AAA',
    LeadOrContactId: salesforceId('003', 1),
    Status: 'Responded',
    FirstRespondedDate: today,
    CreatedDate: '2020-01-01T00:00:00Z',
  }),
  state('CampaignMember', 2),
];

test.each([
  ['accepted', { recorded: 1, rejected: {} }],
  ['invalid', { recorded: 0, rejected: { in_the_future: 1 } }],
] as const)(
  "an activity of today's date in Sydney, where Ortto finds the future %s",
  async (futureActivity, ledger) => {
    const ortto = await startOrtto({ switches: { futureActivity } });
    try {
      const run = await runWrite(ortto, { streams, lines });
      const isAhead = Date.parse(today) > Date.now();
      expect(run.exitCode).toBe(0);
      expect(ledgerOf(run, 'CampaignMember')).toMatchObject(isAhead ? ledger : { recorded: 1, rejected: {} });
      expect(rejections(run).map(({ reason }) => reason)).toEqual(
        isAhead && futureActivity === 'invalid' ? ['in_the_future'] : [],
      );
      expect(new Set(stateIds(run))).toEqual(new Set([1, 2]));
    } finally {
      await ortto.close();
    }
  },
);
