// Pictures of every view of both examples in both themes at five widths, of every form of each view at three of them,
// and of every view as it is printed:
//   node tests/e2e/screenshots.mjs [FOLDER]
import { chromium } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromiumOptions, openedView, serveSite } from './clarimark.mjs';

const folder = process.argv[2] ?? 'screenshots';
const sizes = [[360, 740], [390, 844], [1024, 768], [1440, 900], [2560, 1440]];
const [small, , , usual, large] = sizes;
const views = ['start', 'overview', 'biomarkers', 'biomarker', 'patient', 'subgroups', 'performance'];

const press = (group, button) => async page => {
  const choice = page.getByRole('group', { name: group, exact: true }).getByRole('button', { name: button, exact: true });
  await choice.first().click();
};
const choose = (label, option) => page => page.getByLabel(label).first().selectOption({ label: option });
const command = id => page => page.locator(`[data-command="${id}"]:visible`).first().click();

/** Forms of a view, in the order they are opened; each a name and what a person does to see it. */
const forms = {
  biomarkers: [
    ['violins', press('As', 'Violins')],
    ['heatmap', press('As', 'Heatmap')],
    ['groups', press('As', 'Groups')],
    ['cohorts', press('As', 'Cohorts')],
    ['methods', choose('Compare by', 'method: against training patients')],
    ['redundancy', press('As', 'Redundancy')],
    ['patients', press('As', 'Patients')],
  ],
  biomarker: [
    ['effect', press('Show', 'effect curves')],
    ['pair', press('Show', 'with partner')],
  ],
  patient: [
    ['force', press('Chart', 'force')],
    ['decision', press('Chart', 'decision')],
    ['flip', command('what-if-flip')],
  ],
  subgroups: [
    ['mixture', press('By', 'Gaussian mixture')],
    ['density', press('By', 'HDBSCAN')],
    ['umap', press('Map', 'UMAP')],
    ['tsne', press('Map', 't-SNE')],
  ],
};

/** Waits until layout and canvases have come to rest. */
const settled = async page => {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => !document.querySelector('.answer[aria-busy=true]'), null, { timeout: 60_000 });
  // What workers draw for another width comes a little later.
  const sizes = () => page.evaluate(() => [...document.querySelectorAll('canvas')].map(c => c.style.cssText).join());
  for (let before = null, now = await sizes(); now !== before;) {
    await page.waitForTimeout(700);
    [before, now] = [now, await sizes()];
  }
};

await mkdir(folder, { recursive: true });
const site = await serveSite();
const browser = await chromium.launch(chromiumOptions);
const missing = [];
let taken = 0;

const take = async (page, name, at = sizes) => {
  for (const [width, height] of at) {
    await page.setViewportSize({ width, height });
    await settled(page);
    await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
    taken += 1;
  }
};

/** The page as a printer gets it: A4, upright. */
const print = async (page, name) => {
  await page.setViewportSize({ width: 794, height: 1123 });
  await page.emulateMedia({ media: 'print' });
  // A printer is announced; its medium alone is not.
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await settled(page);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: null });
  taken += 1;
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
        if (theme === 'light') await print(page, `${study}-${view}-print`);
        if (study !== 'pbc') continue;
        for (const [form, open] of forms[view] ?? []) {
          await page.setViewportSize({ width: usual[0], height: usual[1] });
          try {
            await open(page);
          } catch (error) {
            missing.push(`${view}, ${form}, ${theme}: ${error.message.split('\n')[0]}`);
            continue;
          }
          await take(page, `${study}-${view}-${form}-${theme}`, [small, usual, large]);
        }
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
