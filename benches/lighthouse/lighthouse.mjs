// Lighthouse's scores of every view for accessibility and best practices, with what it minds:
//   node lighthouse.mjs FOLDER-OF-PACKAGES
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const needed = createRequire(join(resolve(process.argv[2]), 'package.json'));
const { default: lighthouse } = await import(pathToFileURL(needed.resolve('lighthouse')).href);
const { chromiumOptions, openedView, serveSite } = await import('../../tests/e2e/clarimark.mjs');
const { chromium } = createRequire(new URL('../../tests/e2e/package.json', import.meta.url))('@playwright/test');

const port = 9_333;
const site = await serveSite();
const browser = await chromium.launch({
  ...chromiumOptions, args: [...chromiumOptions.args, `--remote-debugging-port=${port}`],
});

/** The links of all views of an open study. */
const links = async () => {
  const page = await browser.newPage({ viewport: { width: 1350, height: 940 } });
  await page.goto(site.url);
  const urls = [site.url];
  await page.locator('[data-command="open-example-pbc"]:visible').first().click();
  await page.locator(openedView).waitFor({ timeout: 60_000 });
  for (const [key, view] of ['overview', 'biomarkers', 'biomarker', 'patient', 'subgroups', 'performance'].entries()) {
    await page.keyboard.press(String(key + 2));
    await page.locator(`[data-view="${view}"]`).waitFor();
    await page.waitForURL(url => url.hash.includes(`view=${view}`));
    urls.push(page.url());
  }
  await page.close();
  return urls;
};

let worst = 1;
try {
  for (const url of await links()) {
    const { lhr } = await lighthouse(url, {
      port,
      onlyCategories: ['accessibility', 'best-practices'],
      formFactor: 'desktop',
      screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
      throttlingMethod: 'provided',
    });
    const scores = Object.values(lhr.categories).map(({ title, score }) => {
      worst = Math.min(worst, score);
      return `${title} ${Math.round(100 * score)}`;
    });
    const minds = Object.values(lhr.audits)
      .filter(a => a.score !== null && a.score < 1 && a.scoreDisplayMode === 'binary')
      .map(a => a.id);
    const view = /view=(\w+)/.exec(url)?.[1] ?? 'start';
    console.log(`${view}: ${scores.join(', ')}${minds.length ? ` (minds ${minds.join(', ')})` : ''}`);
  }
} finally {
  await browser.close();
  site.close();
}
if (worst < 0.95) {
  console.error('A score is below 95.');
  process.exitCode = 1;
}
