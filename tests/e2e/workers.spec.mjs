// Workers: the same numbers from any number of them, and a worker that dies loses nothing.
import { readFile } from 'node:fs/promises';
import { expect, openExample, test } from './clarimark.mjs';

const values = async page => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('[data-command="save-csv"]:visible').first().click(),
  ]);
  return readFile(await download.path(), 'utf8');
};

test('one, two, four and eight workers compute the same bytes', async ({ page, site, faults: _ }) => {
  const seen = [];
  for (const n of [1, 2, 4, 8]) {
    await page.goto(`${site}?workers=${n}`);
    await openExample(page, 'pbc');
    seen.push(await values(page));
  }
  expect(new Set(seen).size).toBe(1);
  expect(seen[0].split('\n').length).toBeGreaterThan(140);
});

test('a worker that dies is replaced and its rows are computed again', async ({ page, site, faults: _ }) => {
  await page.goto(`${site}?workers=2`);
  await openExample(page, 'pbc');
  const whole = await values(page);
  await page.goto('about:blank');
  await page.addInitScript(() => {
    // The second and third worker, the two that explain, fall silent and report an error once they have rows.
    let made = 0;
    let start;
    Object.defineProperty(globalThis, 'clarimarkWorker', {
      set: value => { start = value; },
      get: () => program => {
        const worker = start(program);
        if (program === 'drawer') return worker;
        made += 1;
        globalThis.workersMade = made;
        if (made === 2 || made === 3) {
          const post = worker.postMessage.bind(worker);
          worker.postMessage = (message, transfer) => {
            // The third kind of request, after reading and loading, is to explain.
            if (Array.isArray(message) && message[0][0] === 0 && message[0][1] === 2) {
              worker.terminate();
              setTimeout(() => worker.dispatchEvent(new ErrorEvent('error')));
            } else post(message, transfer);
          };
        }
        return worker;
      },
    });
  });
  await page.goto(`${site}?workers=2`);
  await openExample(page, 'pbc');
  expect(await values(page)).toBe(whole);
  // One that read, two that explained and died, two in their place, and those that summarised.
  expect(await page.evaluate(() => globalThis.workersMade)).toBeGreaterThanOrEqual(6);
});
