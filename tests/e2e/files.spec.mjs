// A reader's own files: understood before anything is computed, refused in words, stopped on request.
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { broken, expect, expectOpen, go, openExample, studies, test } from './clarimark.mjs';

const choose = (page, files) => page.locator('#file-input').setInputFiles(files);
const compute = page => page.locator('[data-command="compute"]:visible').first();
const textFile = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('a model and a table open without a manifest', async ({ page, open }) => {
  await open();
  await choose(page, [`${studies}pbc/model.json`, `${studies}pbc/pbc.csv`]);
  await expect(page.locator('[data-view-body="understood"]')).toBeVisible();
  await compute(page).click();
  await expectOpen(page);
});

test('files may come one after the other', async ({ page, open }) => {
  await open();
  await choose(page, `${studies}pbc/model.json`);
  await choose(page, `${studies}pbc/pbc.csv`);
  await expect(page.locator('[data-view-body="understood"]')).toBeVisible();
  await expect(compute(page)).toBeEnabled();
});

test('a table that lacks a feature is named, and nothing is computed', async ({ page, open }) => {
  await open();
  await choose(page, [`${broken}ok.model.json`, `${broken}missing_column.csv`]);
  await expect(page.getByText('age_years').first()).toBeVisible();
  await expect(page.locator('[data-command="compute"]:not([aria-disabled])')).toHaveCount(0);
});

test('every file that must be refused is refused in words that name it', async ({ page, open }) => {
  test.setTimeout(240_000);
  const { cases } = JSON.parse(await readFile(`${broken}cases.json`, 'utf8'));
  const refused = cases.filter(({ outcome }) => outcome === 'refused');
  const accepted = [];
  const unnamed = [];
  for (const { file, kind } of refused) {
    await open();
    await choose(page, [broken + file, broken + (kind === 'model' ? 'ok.csv' : 'ok.model.json')]);
    await expect(page.locator('[data-testid="notice"], [data-command="compute"]').first(), file).toBeVisible();
    if (await page.locator('[data-command="compute"]:not([aria-disabled])').count()) accepted.push(file);
    if (!(await page.getByRole('main').textContent()).includes(file)) unnamed.push(file);
    await page.goto('about:blank');
  }
  expect(refused.length).toBeGreaterThan(30);
  expect({ accepted, unnamed }).toEqual({ accepted: [], unnamed: [] });
});

test('a huge file is refused in words, and the open study stays', async ({ page, open }) => {
  test.setTimeout(120_000);
  const folder = await mkdtemp(join(tmpdir(), 'clarimark-'));
  await open();
  await openExample(page);
  const before = await page.getByTestId('last-run').textContent();
  const notice = page.getByTestId('notice');
  // The first two are read where they lie, once there is a model; the last would have to be held.
  const model = `${studies}pbc/model.json`;
  for (const [name, megabytes, words] of [
    ['large.csv', 200, 'looks like a binary file'], ['larger.csv', 600, 'looks like a binary file'], ['larger.json', 600, 'is too large'],
  ]) {
    const file = join(folder, name);
    await writeFile(file, '');
    await truncate(file, megabytes << 20);
    await choose(page, name.endsWith('.csv') ? [model, file] : file);
    await expect(notice).toContainText(words, { timeout: 60_000 });
    await expect(notice).toContainText(name);
    await expect(page.getByTestId('last-run')).toHaveText(before);
  }
  await go(page, 'biomarkers');
  await rm(folder, { recursive: true });
});

test('names are text, never markup', async ({ page, open }) => {
  const hostile = '<img src=x onerror=globalThis.ran=1>';
  const model = (await readFile(`${broken}ok.model.json`, 'utf8')).replaceAll('age_years', hostile);
  const table = (await readFile(`${broken}ok.csv`, 'utf8')).replaceAll('age_years', hostile);
  await open();
  await choose(page, [textFile('model.json', model), textFile(`${hostile.replaceAll('/', '')}.csv`, table)]);
  await compute(page).click();
  await expectOpen(page);
  for (const view of ['biomarkers', 'biomarker', 'patient', 'subgroups']) await go(page, view);
  expect(await page.evaluate(() => globalThis.ran ?? 'nothing')).toBe('nothing');
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test('a long run shows how far it is and stops when told, leaving what was open', async ({ page, open }) => {
  const [head, ...rows] = (await readFile(`${studies}pbc/pbc.csv`, 'utf8')).trimEnd().split('\n');
  const copies = Array.from({ length: 150 }, (_, n) => rows.map(row => row.replace(/^PBC/, `P${n}-`)));
  await open();
  await openExample(page);
  const before = await page.getByTestId('last-run').textContent();
  await choose(page, [
    textFile('model.json', await readFile(`${studies}pbc/model.json`)),
    textFile('many.csv', [head, ...copies.flat()].join('\n')),
  ]);
  await compute(page).click({ timeout: 60_000 });
  const bar = page.getByRole('progressbar');
  await expect(bar).toBeVisible({ timeout: 2_000 });
  await expect(bar).toHaveAttribute('aria-valuenow', /\d+/);
  await page.locator('[data-command="cancel"]:visible').first().click();
  await expect(bar).toBeHidden({ timeout: 1_000 });
  await expect.poll(() => page.workers().length).toBe(0);
  await expect(page.getByTestId('last-run')).toHaveText(before);
  await go(page, 'biomarkers');
});
