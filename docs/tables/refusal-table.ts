import type { Next, Refusal } from '../../destination-ortto-cdp/ortto/refusals.ts';

const THEN: Readonly<Record<Next, string>> = {
  repeat: 'waits and repeats the request',
  isolate: 'finds the rows at fault and sends the others again',
  narrow: 'asks again with fewer conditions',
  do_without: 'continues without it',
  change_config: 'ends the sync: the user must change something',
  try_later: 'ends the sync; the next one continues',
};

const statusText = ({ statuses }: Refusal): string =>
  statuses.length === 0
    ? 'anything else'
    : statuses.map((each) => (typeof each === 'number' ? String(each) : each.join('–'))).join(', ');

/** What each status from Ortto leads to, as a Markdown table. */
export const refusalTable = (refusals: readonly Refusal[]): string =>
  [
    '| Ortto answers | to | because | the connector |',
    '| --- | --- | --- | --- |',
    ...refusals.map(
      (refusal) =>
        `| ${statusText(refusal)} | ${(refusal.calls ?? ['any call']).join(', ').replaceAll('_', ' ')} | ${refusal.cause} | ${THEN[refusal.next]} |`,
    ),
  ].join('\n');
