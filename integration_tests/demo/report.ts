import type { Claim } from '../proof/claim.ts';
import type { SyncReport } from '../platform/sync-report.ts';

// How the demo's results look on a terminal.

/** A stream's ledger line, as the destination logs it at the end. */
interface LedgerLine {
  readonly stream: string;
  readonly received: number;
  readonly created: number;
  readonly merged: number;
  readonly recorded: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly deleted: number;
  readonly linked?: number;
}

const LEDGER = 'ledger ';

export const ledgerLines = (report: SyncReport): LedgerLine[] =>
  report.logs
    .filter(({ from, message }) => from === 'destination' && message.startsWith(LEDGER))
    .map(({ message }) => JSON.parse(message.slice(LEDGER.length)) as LedgerLine);

const number = (value: number): string => value.toLocaleString('en-US');

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** `12 (deleted 10, converted 2)`, or just `0`. */
const withReasons = (counts: Readonly<Record<string, number>>): string => {
  const reasons = Object.entries(counts).map(([reason, count]) => `${reason} ${number(count)}`);
  return reasons.length === 0 ? '0' : `${number(sum(counts))} (${reasons.join(', ')})`;
};

/** Columns as wide as their widest cell; the first and the last read from the left, numbers from the right. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const isText = (column: number): boolean => column === 0 || column === widths.length - 1;
  return rows
    .map((row) =>
      row
        .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

export const ledgerTable = (report: SyncReport): string =>
  table([
    ['stream', 'received', 'created', 'merged', 'recorded', 'deleted', 'linked', 'rejected', '  skipped'],
    ...ledgerLines(report).map((line) => [
      line.stream,
      ...[line.received, line.created, line.merged, line.recorded, line.deleted, line.linked ?? 0].map(number),
      withReasons(line.rejected),
      `  ${withReasons(line.skipped)}`,
    ]),
  ]);

export const claimLines = (claims: readonly Claim[]): string =>
  claims
    .map(({ text, checked, counterexamples }) => {
      const mark = counterexamples.length === 0 ? '✓' : '✗';
      const shown = counterexamples.slice(0, 5).map((example) => `\n      ${example}`);
      const more = counterexamples.length > 5 ? `\n      … and ${number(counterexamples.length - 5)} more` : '';
      return `  ${mark} ${text} (${number(checked)} checked)${shown.join('')}${more}`;
    })
    .join('\n');
