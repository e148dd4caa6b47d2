import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most integration tests wait for processes of their own, so one worker more than the two cores they must do with.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{airbyte,source-salesforce-cdp,destination-ortto-cdp,schemas,docs}/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['integration_tests/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
