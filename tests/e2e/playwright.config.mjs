// The page in a real Chromium. `./x test e2e` builds the page and finds the browser; then, for one file only,
// `npx playwright test boot` in this folder.
import { defineConfig } from '@playwright/test';
import { chromiumOptions } from './clarimark.mjs';

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  reporter: 'list',
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    launchOptions: chromiumOptions,
    actionTimeout: 20_000,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
});
