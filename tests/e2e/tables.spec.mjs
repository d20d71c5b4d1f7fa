// Tables that are no text, through the file chooser: a program of their own reads them, the numbers are those of the CSV
// table, and what is damaged is said in a sentence while the session before it stays.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, expectOpen, forms, go, openExample, storedOffline, studies, test } from './clarimark.mjs';

const tables = fileURLToPath(new URL('../reference/tables-pbc/', import.meta.url));
const model = `${studies}pbc/model.json`;
const kinds = ['pbc.xlsx', 'pbc.parquet', 'pbc.feather'];

const choose = (page, files) => page.locator('#file-input').setInputFiles(files);
const compute = async page => {
  await page.locator('[data-command="compute"]:not([aria-disabled])').first().click({ timeout: 60_000 });
  await expectOpen(page);
};
const values = async page => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('[data-command="save-csv"]:visible').first().click(),
  ]);
  // The first lines name the files.
  return (await readFile(await download.path(), 'utf8')).split('\n').filter(line => !line.startsWith('#')).join('\n');
};
const damaged = (name, bytes) => ({ name, mimeType: 'application/octet-stream', buffer: bytes });

test('a workbook, Parquet and Feather give the numbers of the CSV table', async ({ page, open }) => {
  test.setTimeout(180_000);
  await open();
  await choose(page, [model, `${studies}pbc/pbc.csv`]);
  await compute(page);
  const expected = await values(page);
  expect(expected.split('\n').length).toBeGreaterThan(100);
  for (const kind of kinds) {
    await page.goto('about:blank');
    await open();
    await choose(page, [model, tables + kind]);
    await compute(page);
    expect(await values(page), kind).toBe(expected);
    await go(page, 'overview');
    const sha256 = createHash('sha256').update(await readFile(tables + kind)).digest('hex');
    await expect(page.getByRole('main'), 'the file is the one that was chosen').toContainText(sha256);
    await expect(page.getByRole('main')).toContainText(kind);
  }
});

test('the reader is loaded when it is needed, and not before', async ({ page, open }) => {
  await open();
  await openExample(page);
  const ask = () => page.evaluate(() => performance.getEntriesByType('resource').filter(e => /reader-\w+\.wasm/.test(e.name)).length);
  expect(await ask()).toBe(0);
  await choose(page, [model, `${tables}pbc.parquet`]);
  await expect(page.locator('[data-command="compute"]:not([aria-disabled])').first()).toBeVisible({ timeout: 60_000 });
  expect(await ask()).toBe(1);
});

test('one-file: Parquet is read from the disk without a network', async ({ page, open }) => {
  await open('one-file');
  await choose(page, [`${tables}pbc.parquet`]);
  await expect(page.getByTestId('notice')).toContainText(/pbc\.parquet: \d+ rows, 22 columns/, { timeout: 60_000 });
  await choose(page, [model]);
  await compute(page);
});

test('hosted: a workbook is read without a network after one visit', async ({ page, context, open }) => {
  await open('hosted');
  await storedOffline(page);
  await context.setOffline(true);
  await page.reload();
  await choose(page, [model, `${tables}pbc.xlsx`]);
  await compute(page);
});

for (const form of forms) {
  test(`${form}: a damaged file is refused in a sentence, and the open study stays`, async ({ page, open }) => {
    test.setTimeout(120_000);
    const faults = await open(form);
    await openExample(page);
    const before = await page.getByTestId('last-run').textContent();
    // Files and bytes cannot be chosen together.
    const modelToo = damaged(basename(model), await readFile(model));
    const notice = page.getByTestId('notice');
    for (const kind of kinds) {
      const bytes = await readFile(tables + kind);
      await choose(page, [modelToo, damaged(`cut-${kind}`, bytes.subarray(0, bytes.length / 2))]);
      await expect(notice).toContainText(`cut-${kind} cannot be read as a table`, { timeout: 60_000 });
      await expect(page.getByTestId('last-run')).toHaveText(before);
    }
    // This one ends the program that reads it.
    faults.expected.push(/unreachable|panicked|RuntimeError/);
    const traps = await readFile(fileURLToPath(new URL('../reference/tables-pbc/traps.parquet', import.meta.url)));
    await choose(page, [modelToo, damaged('traps.parquet', traps)]);
    await expect(notice).toContainText('traps.parquet cannot be read as a table', { timeout: 60_000 });
    await expect(notice).toContainText('its reader gave up on it');
    await expect(page.getByTestId('last-run')).toHaveText(before);
    await expect(page.getByTestId('run')).toHaveCount(0);
    await go(page, 'biomarkers');
    await choose(page, [model, `${tables}pbc.feather`]);
    await compute(page);
  });
}

test('reading is shown and can be cancelled', async ({ page, open }) => {
  await open();
  await openExample(page);
  const before = await page.getByTestId('last-run').textContent();
  // Held back on its way, as on a slow line.
  await page.evaluate(() => {
    const load = globalThis.clarimarkWorkers;
    globalThis.clarimarkWorkers = async name => {
      if (name === 'reader') await new Promise(done => { globalThis.goOn = done; });
      return load(name);
    };
  });
  await choose(page, [model, `${tables}pbc.parquet`]);
  await expect(page.getByTestId('run')).toBeVisible();
  await expect(page.getByTestId('phase')).toBeVisible();
  await page.locator('[data-command="cancel"]:visible').first().click();
  await expect(page.getByTestId('run')).toHaveCount(0);
  await page.evaluate(() => globalThis.goOn());
  await expect.poll(() => page.workers().length).toBe(0);
  await expect(page.getByTestId('last-run')).toHaveText(before);
  await expect(page.getByTestId('notice')).toHaveCount(0);
});
