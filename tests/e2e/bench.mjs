// What a large cohort costs in the page: 50,000 patients × 50 biomarkers × 300 trees of depth 6, all made here from a
// seed. Prints the time of a run, the longest frame of the page meanwhile, how soon Cancel takes effect, and the peak
// memory of the browser's processes for this page.
//
//   node tests/e2e/bench.mjs [ROWS]
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { cohort } from './cohort.mjs';
import { memory } from './memory.mjs';

const rows = Number(process.argv[2] ?? 50_000);
const features = 50;
const trees = 300;
const depth = 6;

const { folder, files } = await cohort({ rows, features, trees, depth });

const server = await chromium.launchServer({
  executablePath: process.env.CLARIMARK_CHROMIUM,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const browser = await chromium.connect(server.wsEndpoint());
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const fresh = memory(server.process().pid);
let peak = fresh;
const watch = setInterval(() => { peak = Math.max(peak, memory(server.process().pid)); }, 200);

const open = async workers => {
  await page.goto('about:blank');
  await page.goto(`${pathToFileURL('dist/clarimark.html')}?workers=${workers}`);
  await page.locator('[data-view="start"]').waitFor();
  await page.evaluate(() => {
    // How long the page did not answer, and what it said it was doing: the title carries the phase of a run.
    globalThis.frames = [];
    let last = performance.now();
    const frame = now => {
      if (now - last > 50) globalThis.frames.push([now - last, document.querySelector('[data-testid="running"]')?.textContent ?? document.querySelector('[data-view]')?.dataset.view]);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const start = Date.now();
  await page.locator('#file-input').setInputFiles(files);
  await page.locator('[data-command="compute"]:not([aria-disabled])').waitFor({ timeout: 120_000 });
  return (Date.now() - start) / 1000;
};
const longest = async () => {
  const frames = (await page.evaluate(() => globalThis.frames)).sort((a, b) => b[0] - a[0]);
  return frames.slice(0, 3).map(([ms, when]) => `${ms.toFixed(0)} ms (${when})`).join(', ') || 'none over 50 ms';
};
const run = async workers => {
  const read = await open(workers);
  const start = Date.now();
  await page.locator('[data-command="compute"]').first().click();
  await page.locator('[data-view="overview"]').waitFor({ timeout: 600_000 });
  const seconds = (Date.now() - start) / 1000;
  const said = await page.getByTestId('last-run').textContent();
  console.log(`${workers} worker${workers > 1 ? 's' : ''}: ${said}; files read in ${read.toFixed(1)} s, ${seconds.toFixed(1)} s from there to the first view; longest frames ${await longest()}`);
};

console.log(`${rows} patients × ${features} biomarkers × ${trees} trees of depth ${depth}`);
await run(1);
await run(2);
await open(2);
await page.locator('[data-command="compute"]').first().click();
await page.getByRole('progressbar').waitFor();
await page.waitForFunction(() => Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')) > 5);
const cancelled = Date.now();
await page.locator('[data-command="cancel"]:visible').first().click();
await page.getByRole('progressbar').waitFor({ state: 'detached' });
console.log(`cancel took effect after ${Date.now() - cancelled} ms`);
clearInterval(watch);
console.log(`peak memory of all browser processes ${peak.toFixed(0)} MB, ${(peak - fresh).toFixed(0)} MB above an empty browser`);
await browser.close();
await server.close();
await rm(folder, { recursive: true });
