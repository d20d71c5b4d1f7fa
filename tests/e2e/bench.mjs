// What a large cohort costs in the page: patients × 50 biomarkers × 300 trees of depth 6, all made here from a seed.
// First held, for every view: the time of a run, the longest frame of the page meanwhile, how soon Cancel takes effect.
// Then summarised while the table is read: the time of that. For both the peak memory of the browser's processes.
//
//   node tests/e2e/bench.mjs [ROWS] [TREES] [held|streamed]
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { cohort } from './cohort.mjs';
import { memory } from './memory.mjs';

const rows = Number(process.argv[2] ?? 50_000);
const trees = Number(process.argv[3] ?? 300);
const parts = process.argv[4] ? [process.argv[4]] : ['held', 'streamed'];
const features = 50;
const depth = 6;

const { folder, files } = await cohort({ rows, features, trees, depth });

/** A browser of its own, and what its memory was at most. */
const measured = async (what, run) => {
  // Not a server that one connects to: such a browser is sent a copy of every file.
  const browser = await chromium.launch({
    executablePath: process.env.CLARIMARK_CHROMIUM,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const fresh = memory(process.pid);
  let peak = fresh;
  const watch = setInterval(() => { peak = Math.max(peak, memory(process.pid)); }, 500);
  await run(page);
  clearInterval(watch);
  console.log(`${what}: peak memory of all browser processes ${peak.toFixed(0)} MB, ${(peak - fresh).toFixed(0)} MB above an empty browser`);
  await browser.close();
};

/** The page, counting how long it did not answer. */
const open = async (page, query) => {
  await page.goto('about:blank');
  await page.goto(`${pathToFileURL('dist/clarimark.html')}?${query}`);
  await page.locator('[data-view="start"]').waitFor();
  await page.evaluate(() => {
    globalThis.frames = [];
    let last = performance.now();
    const frame = now => {
      // With what it said it was doing: the title carries the phase of a run.
      if (now - last > 50) globalThis.frames.push([now - last, document.querySelector('[data-testid="running"]')?.textContent ?? document.querySelector('[data-view]')?.dataset.view]);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
};
const longest = async page => {
  const frames = (await page.evaluate(() => globalThis.frames)).sort((a, b) => b[0] - a[0]);
  return frames.slice(0, 3).map(([ms, when]) => `${ms.toFixed(0)} ms (${when})`).join(', ') || 'none over 50 ms';
};
const of = workers => `${workers} worker${workers > 1 ? 's' : ''}`;
const seconds = since => (Date.now() - since) / 1000;

const held = async page => {
  const read = async workers => {
    await open(page, `hold=4096&workers=${workers}`);
    const start = Date.now();
    await page.locator('#file-input').setInputFiles(files);
    await page.locator('[data-command="compute"]:not([aria-disabled])').waitFor({ timeout: 300_000 });
    return seconds(start);
  };
  for (const workers of [1, 2]) {
    const reading = await read(workers);
    const start = Date.now();
    await page.locator('[data-command="compute"]').first().click();
    await page.locator('[data-view="overview"]').waitFor({ timeout: 600_000 });
    const computing = seconds(start);
    const said = await page.getByTestId('last-run').textContent();
    console.log(`held, ${of(workers)}: ${said}; files read in ${reading.toFixed(1)} s, ${computing.toFixed(1)} s from there to the first view; longest frames ${await longest(page)}`);
  }
  await read(2);
  await page.locator('[data-command="compute"]').first().click();
  await page.getByRole('progressbar').waitFor();
  await page.waitForFunction(() => Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')) > 5);
  const cancelled = Date.now();
  await page.locator('[data-command="cancel"]:visible').first().click();
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  console.log(`held: cancel took effect after ${Date.now() - cancelled} ms`);
};

const streamed = async page => {
  const took = {};
  for (const workers of [1, 2]) {
    await open(page, `hold=0&workers=${workers}`);
    const start = Date.now();
    await page.locator('#file-input').setInputFiles(files);
    await page.getByTestId('answer-said').waitFor({ timeout: 300_000 });
    const first = seconds(start);
    await page.getByTestId('answer-said').filter({ hasText: 'every row' }).waitFor({ timeout: 1_800_000 });
    took[workers] = seconds(start);
    console.log(`streamed, ${of(workers)}: first numbers after ${first.toFixed(1)} s, all after ${took[workers].toFixed(1)} s; longest frames ${await longest(page)}`);
  }
  console.log(`streamed: two workers ×${(took[1] / took[2]).toFixed(2)} of one`);
};

console.log(`${rows} patients × ${features} biomarkers × ${trees} trees of depth ${depth}`);
for (const part of parts) await measured(part, part === 'held' ? held : streamed);
await rm(folder, { recursive: true });
