import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './e2e',
  outputDir: '../test-results/e2e',
  // One real window at a time: the machine has two cores and the tests measure real lines. (What is on the stage has none.)
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 300_000,
  // What is waited for is there at once on a quiet machine; a busy one may take its time.
  expect: { timeout: 45_000 },
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
  projects: [
    { name: 'screens', testMatch: '**/stage/screens.spec.ts', fullyParallel: true },
    { name: 'stage', testMatch: '**/stage/*.spec.ts', testIgnore: '**/screens.spec.ts' },
    { name: 'e2e', testMatch: '**/*.spec.ts', testIgnore: '**/stage/*' },
    { name: 'tour', testDir: './tour', testMatch: '**/*.tour.ts', timeout: 900_000 },
  ],
});
