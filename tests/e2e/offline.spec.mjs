// The hosted page without a network, and after a newer version has been published.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dist, expect, openExample, serveSite, storedOffline, test } from './clarimark.mjs';

test('after one visit the page needs no network, the examples included', async ({ page, context, open }) => {
  await open('hosted');
  await storedOffline(page);
  await context.setOffline(true);
  await page.reload();
  await openExample(page);
  expect(await page.evaluate(async () => (await globalThis.clarimarkFile('acc/study.json')).length)).toBeGreaterThan(0);
});

test('a newer version is shown at the next visit, and the older copy goes', async ({ page }, testInfo) => {
  const folder = testInfo.outputPath('site');
  await cp(dist, folder, { recursive: true });
  const site = await serveSite(folder);
  const change = async (name, from, to) =>
    writeFile(`${folder}/${name}`, (await readFile(`${folder}/${name}`, 'utf8')).replace(from, to));
  try {
    await page.goto(site.url);
    await storedOffline(page);
    const before = await page.evaluate(() => caches.keys());
    expect(before).toHaveLength(1);

    await change('index.html', '<html lang="en">', '<html lang="en" data-edition="newer">');
    await change('sw.js', /version = "\w+"/, 'version = "newer"');
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-edition', 'newer');
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([expect.stringMatching(/newer$/)]);
  } finally {
    site.close();
  }
});

test('a worker still starts when the files beside the page have been replaced', async ({ page, open }) => {
  await open('hosted');
  await page.route('**/app-*', route => route.fulfill({ status: 404 }));
  await openExample(page);
});
