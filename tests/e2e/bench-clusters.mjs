// What a reader of a large cohort waits for in the view of subgroups (10,000 patients × 200 biomarkers, made from a
// seed): a UMAP, how many pictures it shows meanwhile, and survival after a lasso on the map. Ends with an error if a
// bar is missed.
//
//   node tests/e2e/bench-clusters.mjs [ROWS]
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { chromiumOptions } from './clarimark.mjs';
import { cohort } from './cohort.mjs';

const rows = Number(process.argv[2] ?? 10_000);
const { folder, files } = await cohort({ rows, features: 200, trees: 100, depth: 4, survival: true });
const browser = await chromium.launch(chromiumOptions);
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
let met = true;
const say = (ok, text) => {
  met &&= ok;
  console.log(`${ok ? 'ok  ' : 'MISS'} ${text}`);
};

try {
  await page.addInitScript(() => {
    // Answers of a worker that lays out a map are counted: each is a picture.
    // The group of a message and its place in it: of what is drawn, maps.
    const MAP = '1,2';
    Object.assign(globalThis, { pictures: 0, lifted: 0, survivals: [] });
    let start;
    Object.defineProperty(globalThis, 'clarimarkWorker', {
      set: value => { start = value; },
      get: () => (program = 'worker') => {
        const worker = start(program);
        const asked = [];
        const post = worker.postMessage.bind(worker);
        worker.postMessage = (message, transfer) => {
          if (Array.isArray(message)) asked.push(`${message[0][0]},${message[0][1]}`);
          post(message, transfer);
        };
        worker.addEventListener('message', ({ data }) => {
          // The first word of a worker is that it is ready.
          if (!Array.isArray(data) || (data[0].length === 2 && data[0][1] === 0)) return;
          if (asked.shift() === MAP) globalThis.pictures += 1;
        });
        return worker;
      },
    });
    addEventListener('pointerup', () => { globalThis.lifted = performance.now(); }, true);
  });
  await page.goto(`${pathToFileURL('dist/clarimark.html')}?hold=4096&workers=2`);
  await page.locator('#file-input').setInputFiles(files);
  await page.locator('[data-command="compute"]:enabled').first().click({ timeout: 120_000 });
  await page.locator('[data-view="overview"]').waitFor({ timeout: 600_000 });
  await page.locator('[data-command="go-subgroups"]:visible').first().click();
  await page.locator('[data-view="subgroups"]').waitFor();
  const quiet = () => page.waitForFunction(
    () => !document.querySelector('.answer[aria-busy=true], [data-testid=settling]'), null, { timeout: 600_000 },
  );
  await quiet();
  // Survival is marked as old from the change of the selection until it is drawn for it, in the frame after.
  await page.evaluate(() => new MutationObserver(([change]) => {
    if (change.oldValue === 'true' && change.target.getAttribute('aria-busy') === 'false') {
      requestAnimationFrame(() => setTimeout(() => survivals.push(performance.now())));
    }
  }).observe(document.querySelector('.survival-pane .answer'), { attributeFilter: ['aria-busy'], attributeOldValue: true }));

  const start = Date.now();
  await page.evaluate(() => { globalThis.pictures = 0; });
  await page.getByRole('button', { name: 'UMAP' }).click();
  await page.getByTestId('settling').waitFor();
  await page.getByTestId('settling').waitFor({ state: 'detached', timeout: 600_000 });
  const seconds = (Date.now() - start) / 1000;
  const pictures = await page.evaluate(() => globalThis.pictures);
  say(seconds <= 30 && pictures > 10, `UMAP of ${rows} patients in the page: ${seconds.toFixed(1)} s with ${pictures} pictures (bar: 30 s, live)`);

  const box = await page.locator('canvas[data-plot="map"]').boundingBox();
  const at = (x, y) => page.mouse.move(box.x + x * box.width, box.y + y * box.height);
  const times = [];
  for (let i = 0; i < 20; i += 1) {
    const edge = 0.35 + (i % 10) / 20;
    await page.evaluate(() => { globalThis.survivals.length = 0; });
    await at(0.02, 0.02);
    await page.mouse.down();
    for (const [x, y] of [[edge, 0.02], [edge, 0.98], [0.02, 0.98]]) await at(x, y);
    await page.mouse.up();
    await page.waitForFunction(() => globalThis.survivals.length > 0, null, { timeout: 120_000 });
    times.push(await page.evaluate(() => globalThis.survivals[0] - globalThis.lifted));
    // Nothing of this lasso is left to be mistaken for an answer to the next.
    await page.evaluate(() => { globalThis.survivals.length = 0; });
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => globalThis.survivals.length > 0, null, { timeout: 120_000 });
    await quiet();
  }
  times.sort((a, b) => a - b);
  const [middle, high] = [times[times.length >> 1], times[Math.floor(0.95 * times.length)]];
  say(middle <= 50, `survival drawn again after a lasso: p50 ${middle.toFixed(0)} ms, p95 ${high.toFixed(0)} ms, ${times.length} times (bar: 50 ms)`);
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
process.exitCode = met ? 0 : 1;
