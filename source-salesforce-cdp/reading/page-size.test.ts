import { expect, test } from 'vitest';
import { pageSize } from './page-size.ts';

const columns = (count: number) => ({
  columns: Array.from({ length: count }, (_, at) => ({ path: `f${at}`, kind: 'text' as const, filterable: true })),
});

test('wide rows make short pages, within limits that Salesforce and repeated downloads allow', () => {
  expect([1, 20, 100, 800].map((count) => pageSize(columns(count)))).toEqual([100_000, 50_000, 10_000, 2_000]);
});
