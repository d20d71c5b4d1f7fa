// Pictures of every view of both examples, in both themes, at four widths:
//   node tests/e2e/screenshots.mjs [FOLDER]
import { chromium } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromiumOptions, openedView, serveSite } from './clarimark.mjs';

const folder = process.argv[2] ?? 'screenshots';
const sizes = [[390, 844], [1024, 768], [1440, 900], [2560, 1440]];
const views = ['start', 'overview', 'biomarkers', 'biomarker', 'patient', 'subgroups', 'performance'];

/** Waits until layout and canvases have come to rest. */
const settled = async page => {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => !document.querySelector('.answer[aria-busy=true]'), null, { timeout: 60_000 });
  await page.waitForTimeout(250);
};

await mkdir(folder, { recursive: true });
const site = await serveSite();
const browser = await chromium.launch(chromiumOptions);
const missing = [];
let taken = 0;

const take = async (page, name) => {
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await settled(page);
    await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
    taken += 1;
  }
};

try {
  for (const theme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const study of ['pbc', 'acc']) {
      const page = await context.newPage();
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(site.url);
      await page.locator('[data-view]').first().waitFor();
      if (study === 'pbc') await take(page, `first-${theme}`);
      await page.locator(`[data-command="open-example-${study}"]:visible`).first().click();
      for (const [index, view] of views.entries()) {
        const shown = page.locator(`[data-view="${view}"]`);
        try {
          if (view === 'start') await page.locator(openedView).waitFor({ timeout: 60_000 });
          await page.keyboard.press(String(index + 1));
          await shown.waitFor({ timeout: 10_000 });
        } catch {
          missing.push(`${study}, ${view}, ${theme}`);
          continue;
        }
        await take(page, `${study}-${view}-${theme}`);
      }
      await page.close();
    }
    await context.close();
  }
} finally {
  await browser.close();
  site.close();
}

console.log(`${taken} pictures in ${folder}`);
if (missing.length) {
  console.error(`not shown: ${missing.join('; ')}`);
  process.exitCode = 1;
}
