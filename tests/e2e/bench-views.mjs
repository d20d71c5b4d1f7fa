// How quickly the page answers a pointer and a key, with a cohort made from a seed (10,000 patients × 50 biomarkers unless told otherwise).
// Prints the middle and the 95th percentile of the time from an event to the end of the work it caused, painting
// included; and the same with the first frame after it, in which the browser lays out and shows what has changed.
//
//   node tests/e2e/bench-views.mjs [ROWS [BIOMARKERS]]
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { chromiumOptions } from './clarimark.mjs';
import { cohort } from './cohort.mjs';

const [rows = 10_000, features = 50] = process.argv.slice(2).map(Number);
const { folder, files } = await cohort({ rows, features, trees: 100, depth: 6 });
const browser = await chromium.launch(chromiumOptions);
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(`${pathToFileURL('dist/clarimark.html')}?hold=4096&workers=2`);
await page.locator('#file-input').setInputFiles(files);
await page.locator('[data-command="compute"]:not([aria-disabled])').first().click({ timeout: 120_000 });
await page.locator('[data-view="overview"]').waitFor({ timeout: 600_000 });
await page.waitForTimeout(1_000);

await page.evaluate(() => {
  Element.prototype.setPointerCapture = () => {};
  /**
   * Milliseconds that an action keeps the page's thread: the event, then the tasks that it set off until all is still.
   * Without frames, and with the first one.
   */
  globalThis.busy = async action => {
    let worked = 0, shown = 0, frame = 0;
    const turn = () => new Promise(done => { const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0); });
    // What the browser does for a frame follows these calls, in one task.
    const next = () => requestAnimationFrame(() => { frame = performance.now(); });
    next();
    const start = performance.now();
    action();
    worked += performance.now() - start;
    // Each turn is as long as what ran in it; still for three turns means done.
    for (let still = 0; still < 3 || !shown;) {
      const before = performance.now();
      await turn();
      let took = performance.now() - before;
      if (frame) {
        const lasted = performance.now() - frame;
        took -= lasted;
        shown ||= lasted;
        frame = 0;
        next();
      }
      if (still < 3) worked += took;
      still = took < 0.5 ? still + 1 : 0;
    }
    return [worked, worked + shown];
  };
  globalThis.canvas = name => document.querySelector(`canvas[data-plot="${name}"]`);
  globalThis.point = (canvas, type, x, y, buttons = 0) => {
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new PointerEvent(type, {
      bubbles: true, cancelable: true, pointerId: 1, buttons, clientX: box.left + x * box.width, clientY: box.top + y * box.height,
    }));
  };
});
const view = async name => {
  await page.locator(`[data-command="go-${name}"]:visible`).first().click();
  await page.locator(`[data-view="${name}"]`).waitFor();
  await page.waitForTimeout(1_500);
};
const say = (what, times) => {
  const at = (which, share) => {
    const sorted = times.map(time => time[which]).sort((a, b) => a - b);
    return `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1)} ms`;
  };
  const both = which => `p50 ${at(which, 0.5)}, p95 ${at(which, 0.95)}`;
  console.log(`${what}: ${both(0)}; with the frame ${both(1)} (${times.length} times)`);
};

console.log(`${rows} patients × ${features} biomarkers, one plot draws at most 2,000`);
for (const [name, plot] of [['biomarkers', 'ranked'], ['biomarker', 'dependence'], ['subgroups', 'map']]) {
  await view(name);
  say(`hover, ${plot}`, await page.evaluate(async plot => {
    const times = [];
    for (let i = 0; i < 100; i += 1) times.push(await busy(() => point(canvas(plot), 'pointermove', 0.1 + ((i * 37) % 80) / 100, 0.1 + ((i * 53) % 80) / 100)));
    return times;
  }, plot));
}
for (const name of ['biomarkers', 'biomarker', 'subgroups']) {
  await view(name);
  say(`linked selection by a histogram, seen in ${name}`, await page.evaluate(async () => {
    const times = [];
    for (let i = 0; i < 30; i += 1) {
      const bars = canvas('histogram');
      point(bars, 'pointerdown', 0.2, 0.5, 1);
      point(bars, 'pointermove', 0.3, 0.5, 1);
      point(bars, 'pointermove', 0.4 + (i % 10) / 20, 0.5, 1);
      await new Promise(done => setTimeout(done, 30));
      times.push(await busy(() => point(bars, 'pointerup', 0.4 + (i % 10) / 20, 0.5)));
      await new Promise(done => setTimeout(done, 100));
    }
    return times;
  }));
}
say('view switch', await page.evaluate(async () => {
  const times = [];
  for (let i = 0; i < 24; i += 1) {
    const key = String(2 + (i % 6));
    times.push(await busy(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))));
    await new Promise(done => setTimeout(done, 400));
  }
  return times;
}));
await browser.close();
await rm(folder, { recursive: true });
