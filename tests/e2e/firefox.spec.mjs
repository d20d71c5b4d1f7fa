// The page in Firefox, driven over WebDriver BiDi: Playwright's own Firefox would have to be downloaded.
import { test as base } from '@playwright/test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { expect, firefoxPath, forms, oneFile, openedView, serveSite, studies } from './clarimark.mjs';
import { tasks } from './keyboard.mjs';

const test = base.extend({
  firefox: [async ({}, use) => {
    const browser = await puppeteer.launch({
      browser: 'firefox', executablePath: firefoxPath, defaultViewport: { width: 1440, height: 900 },
    });
    await use(browser);
    await browser.close();
  }, { scope: 'worker', timeout: 60_000 }],
  site: [async ({}, use) => {
    const site = await serveSite();
    await use(site.url);
    site.close();
  }, { scope: 'worker' }],
});

for (const form of forms) {
  test(`${form}: Firefox opens a study`, async ({ firefox, site }) => {
    const page = await firefox.newPage();
    const faults = [];
    page.on('console', message => { if (message.type() === 'error') faults.push(message.text()); });
    page.on('pageerror', error => faults.push(error.message));
    page.on('request', request => {
      if (!/^(blob|data|file):/.test(request.url()) && !request.url().startsWith(site)) faults.push(request.url());
    });
    await page.goto(form === 'hosted' ? site : pathToFileURL(oneFile).href);
    await page.waitForSelector('[data-view="start"]', { visible: true });
    expect(await page.evaluate(() => globalThis.clarimarkForm)).toBe(form);
    const button = await page.waitForSelector('[data-command="open-example-pbc"]', { visible: true });
    await button.click();
    await page.waitForSelector(openedView, { visible: true, timeout: 60_000 });
    // A table that is no text takes a program of its own.
    const parquet = fileURLToPath(new URL('../reference/tables-pbc/pbc.parquet', import.meta.url));
    await (await page.$('#file-input')).uploadFile(`${studies}pbc/model.json`, parquet);
    await page.waitForSelector('[data-command="compute"]:not([aria-disabled])', { visible: true, timeout: 60_000 });
    expect(faults).toEqual([]);
    await page.close();
  });
}

test('in Firefox every task is done with the keyboard alone', async ({ firefox, site }) => {
  const page = await firefox.newPage();
  await page.goto(site);
  await page.waitForSelector('[data-view="start"]', { visible: true });
  const keyboard = {
    press: async keys => {
      const parts = keys.split('+');
      const key = parts.pop().replace('Space', ' ');
      for (const held of parts) await page.keyboard.down(held);
      await page.keyboard.press(key);
      for (const held of parts.reverse()) await page.keyboard.up(held);
    },
    type: text => page.keyboard.type(text),
    evaluate: (what, argument) => page.evaluate(what, argument),
    until: (what, argument) => page.waitForFunction(what, { timeout: 30_000 }, argument),
  };
  for (const [name, task] of tasks) await test.step(name, () => task(keyboard));
  await page.close();
});
