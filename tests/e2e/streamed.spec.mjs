// A table that is too large to be held is summarised while it is read; `?hold=0` makes every table too large.
import { readFile, writeFile } from 'node:fs/promises';
import axe from 'axe-core';
import { expect, expectOpen, forms, oneFile, openExample, studies, test } from './clarimark.mjs';
import { pathToFileURL } from 'node:url';

const model = `${studies}pbc/model.json`;
const table = `${studies}pbc/pbc.csv`;
const choose = (page, files) => page.locator('#file-input').setInputFiles(files);
const summary = page => page.locator('[data-view-body="streamed"]');
const said = page => summary(page).getByTestId('answer-said');
const numbers = async page => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('[data-command="csv-streamed"]').click(),
  ]);
  return readFile(await download.path(), 'utf8');
};

/** The patients again and again, so that there are several chunks. */
const manyPatients = async (info, times) => {
  const [head, ...rows] = (await readFile(table, 'utf8')).trimEnd().split('\n');
  const path = info.outputPath('many.csv');
  await writeFile(path, [head, ...Array.from({ length: times }, () => rows).flat()].join('\n'));
  return path;
};

for (const form of forms) {
  test(`a table that is not held is summarised, with the same digits by any number of workers, ${form}`, async ({ page, site, faults: _ }, info) => {
    const many = await manyPatients(info, 100);
    const seen = [];
    for (const workers of [1, 3]) {
      await page.goto(`${form === 'hosted' ? site : pathToFileURL(oneFile).href}?hold=0&workers=${workers}`);
      await choose(page, [model, many]);
      await expect(said(page)).toContainText(/41.800 patients: every row of many\.csv/, { timeout: 60_000 });
      await expect(page.getByTestId('run')).toHaveCount(0);
      seen.push(await numbers(page));
    }
    expect(seen[1]).toBe(seen[0]);
    const rows = seen[0].trim().split('\n').map(line => line.split(','));
    expect(rows).toHaveLength(18);
    expect(rows[1][rows[0].indexOf('Patients')]).toBe('41800');
  });
}

test('model and table may come one after the other, and the table can be opened in the explorer', async ({ page, site, faults: _ }) => {
  await page.goto(`${site}?hold=0`);
  await choose(page, [table]);
  await expect(page.getByTestId('notice')).toContainText('it will be summarised while it is read');
  await choose(page, [model]);
  await expect(said(page)).toContainText('418 patients: every row of pbc.csv');
  await page.locator('[data-command="hold"]').click();
  await page.locator('[data-command="compute"]:not([aria-disabled])').first().click();
  await expectOpen(page);
});

test('a picture that is taken away says what it is of, not what the open study is', async ({ page, site, faults: _ }) => {
  await page.goto(`${site}?hold=0`);
  await openExample(page, 'acc');
  await choose(page, [model, table]);
  await expect(said(page)).toContainText('418 patients');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('[data-command="svg-streamed"]').click(),
  ]);
  const svg = await readFile(await download.path(), 'utf8');
  const words = svg.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  expect(words).toContain('n = 418. TreeSHAP, exact, path-dependent');
  expect(words).not.toContain('n = 92');
  // A click on a row leads to no biomarker of the other study.
  const before = await page.evaluate(() => location.hash);
  await page.locator('[data-plot="streamed"]').click({ position: { x: 120, y: 80 } });
  await expect(page.locator('[data-view="start"]')).toBeVisible();
  expect(await page.evaluate(() => location.hash)).toBe(before);
  await page.locator('[data-command="close-summary"]').click();
  await expect(summary(page)).toHaveCount(0);
  await page.keyboard.press('2');
  await expect(page.locator('[data-view="overview"]')).toBeVisible();
});

test('what is wrong with the table is said, and what was found before and the open study stand', async ({ page, site, faults: _ }, info) => {
  await page.goto(`${site}?hold=0&workers=1`);
  await openExample(page, 'pbc');
  const path = info.outputPath('ragged.csv');
  await writeFile(path, `${await readFile(await manyPatients(info, 60), 'utf8')}\nonly,three,cells\n`);
  await choose(page, [model, path]);
  await expect(page.getByTestId('notice')).toContainText('ragged.csv cannot be read as a table', { timeout: 60_000 });
  await expect(page.getByTestId('notice')).toContainText('25082');
  await expect(said(page)).toContainText('so far: numbers will change');
  await expect(page.getByTestId('run')).toHaveCount(0);
  await page.keyboard.press('2');
  await expect(page.locator('[data-view="overview"]')).toBeVisible();
});

test('a summary that cannot begin leaves the page as it was', async ({ page, site, faults: _ }, info) => {
  const other = info.outputPath('other.csv');
  await writeFile(other, 'a,b\n1,2\n');
  await page.goto(`${site}?hold=0`);
  await choose(page, [model, other]);
  await expect(page.getByTestId('notice')).toContainText('other.csv does not fit');
  await expect(page.locator('[data-view-body="start"]')).toBeVisible();
  await expect(page.getByTestId('run')).toHaveCount(0);
  await choose(page, [table]);
  await expect(said(page)).toContainText('418 patients: every row of pbc.csv');
});

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing in a summary, nor does it scroll sideways on a phone, ${theme}`, async ({ page, site, faults: _ }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.goto(`${site}?hold=0`);
    await choose(page, [model, table]);
    await expect(said(page)).toContainText('418 patients');
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      // Drawn anew for the width.
      await expect.poll(() => page.locator('[data-plot="streamed"]').evaluate(canvas => canvas.getBoundingClientRect().right <= innerWidth)).toBe(true);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
  });
}

test('reading can be stopped, and begun again', async ({ page, site, faults: _ }, info) => {
  await page.goto(`${site}?hold=0&workers=1`);
  const many = await manyPatients(info, 1500);
  await choose(page, [model, many]);
  await expect(said(page)).toContainText('so far: numbers will change', { timeout: 60_000 });
  await page.locator('[data-command="cancel"]:visible').first().click();
  await expect(page.getByTestId('run')).toHaveCount(0);
  await expect(said(page)).toContainText('so far');
  await choose(page, [table]);
  await expect(said(page)).toContainText('418 patients: every row of pbc.csv');
});

test('a file of the page that reads it is not fetched before it is needed', async ({ page, site, faults: _ }) => {
  const asked = [];
  page.on('request', request => asked.push(request.url()));
  await page.goto(`${site}?hold=0`);
  await expect(page.locator('[data-view="start"]')).toBeVisible();
  expect(asked.filter(url => /drawer/.test(url))).toEqual([]);
  await choose(page, [model, table]);
  await expect(said(page)).toContainText('418 patients');
  expect(asked.filter(url => /drawer-.*wasm/.test(url))).toHaveLength(1);
});
