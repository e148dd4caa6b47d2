import { defineConfig } from 'vitest/config';

/** Random runs and whole syncs that take long: `npm run test:long`, so that `npm test` stays under five minutes on two cores. */
const LONG = [
  'integration_tests/**/*laws.test.ts',
  'integration_tests/destination/{kill,model}.test.ts',
  'integration_tests/platform/{hosts,modes}.test.ts',
  'integration_tests/project/image.test.ts',
];

export default defineConfig({
  test: {
    // Most integration tests wait for processes of their own, so one worker more than the two cores they must do with.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{airbyte,source-salesforce-cdp,destination-ortto-cdp,schemas,docs}/**/*.test.ts'],
          // A property runs its body a hundred times and more, which on a busy machine takes longer than the usual 5 s.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['integration_tests/**/*.test.ts'],
          exclude: LONG,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'long',
          include: LONG,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
