// Performance, subgroups and effects: what a worker finds stands on the page, follows the selection, travels in a link.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { addressOf, expect, expectDrawn, expectOpen, go, openExample, test } from './clarimark.mjs';

const reference = fileURLToPath(new URL('../reference/xgboost-3.4.1/', import.meta.url));
const pane = (page, name) => page.getByRole('region', { name, exact: true });
const said = (page, name) => pane(page, name).getByTestId('answer-said');
const ready = async (page, name) => expect(pane(page, name).locator('.answer')).toHaveAttribute('aria-busy', 'false');
const plot = (page, name) => page.locator(`canvas[data-plot="${name}"]`);

test('a survival model is judged at a horizon that the link carries', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'performance');
  // The test C-index on the study's card.
  await expect(said(page, 'Discrimination and calibration')).toContainText('C-index 0.821 (');
  await expectDrawn(plot(page, 'calibration'));
  await expect(said(page, 'Survival')).toContainText('third');
  await expectDrawn(plot(page, 'survival'));
  await expectDrawn(plot(page, 'by-group'));
  await expectDrawn(plot(page, 'panel-size'));
  await page.getByTestId('horizon').fill('1000');
  await page.keyboard.press('Enter');
  await expect(pane(page, 'Discrimination and calibration')).toContainText('AUC by 1000 days');
  await expect(page).toHaveURL(/at=1000/);
  await pane(page, 'Survival').getByRole('combobox', { name: 'Groups' }).selectOption('subgroup');
  await expect(said(page, 'Survival')).toContainText('C high');

  const address = await addressOf(page);
  await page.goto('about:blank');
  await page.goto(address);
  await expectOpen(page);
  await expect(page.getByTestId('horizon')).toHaveValue('1000');
  await expect(said(page, 'Survival')).toContainText('C high');
});

test('a selection is judged by itself', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'performance');
  await expect(said(page, 'Discrimination and calibration')).toContainText('in 147 patients');
  const bar = page.locator('canvas[data-plot="histogram"]').first();
  await expect(bar).toBeVisible();
  const box = await bar.boundingBox();
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.8 * box.width, box.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('crossfilter-count')).not.toHaveText('147 of 147');
  const count = (await page.getByTestId('crossfilter-count').textContent()).split(' ')[0];
  expect(Number(count)).toBeLessThan(147);
  await expect(said(page, 'Discrimination and calibration')).toContainText(`in ${count} patients`);
});

test('a yes-or-no model is judged at a cutoff', async ({ page, open }) => {
  const [head, ...rows] = (await readFile(`${reference}binary_logistic_missing.csv`, 'utf8')).trimEnd().split('\n');
  const { margin } = JSON.parse(await readFile(`${reference}binary_logistic_missing.expected.json`, 'utf8'));
  const score = margin.flat();
  const label = score.map((m, i) => (i % 4 === 0 ? m < 0 : m > 0));
  const table = [`${head},outcome`, ...rows.map((row, i) => `${row},${Number(label[i])}`)].join('\n');
  await open();
  const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
  await page.locator('#file-input').setInputFiles([
    file('model.json', await readFile(`${reference}binary_logistic_missing.model.json`)),
    file('patients.csv', Buffer.from(table)),
  ]);
  await page.locator('[data-command="compute"]:not([aria-disabled])').first().click();
  await expectOpen(page);
  await go(page, 'performance');
  // The share of pairs of a positive and a negative that are in the right order; ties count half.
  let [right, pairs] = [0, 0];
  score.forEach((a, i) => score.forEach((b, j) => {
    if (label[i] && !label[j]) [right, pairs] = [right + (a > b ? 1 : a === b ? 0.5 : 0), pairs + 1];
  }));
  await expect(said(page, 'Discrimination and calibration')).toContainText(`AUC ${(right / pairs).toFixed(3)} (`);
  for (const name of ['roc', 'precision-recall', 'calibration', 'net-benefit']) await expectDrawn(plot(page, name));
  const above = cutoff => score.filter(m => 1 / (1 + Math.exp(-m)) >= cutoff).length;
  const called = page.getByRole('region', { name: 'Called at 0.8' }).getByRole('row').nth(1).getByRole('cell');
  await page.getByTestId('cutoff').fill('0.8');
  await expect(called.first()).toBeVisible();
  const numbers = (await called.allTextContents()).slice(1).map(Number);
  expect(numbers[0] + numbers[1]).toBe(above(0.8));
  await expect(page).toHaveURL(/cutoff=0\.8/);
});

test('subgroups are held against patients without groups, a tree and a consensus', async ({ page, open }) => {
  await open();
  await openExample(page, 'acc');
  await go(page, 'subgroups');
  await expect(said(page, 'Are there groups at all?')).toContainText('No evidence of clusters');
  await expectDrawn(plot(page, 'gap'));
  await expect(said(page, 'Another way to group')).toContainText('adjusted Rand index');
  await expectDrawn(plot(page, 'tree'));
  await expect(said(page, 'Consensus')).toContainText('ambiguous');
  await expectDrawn(plot(page, 'consensus'));
  await expect(pane(page, 'What the subgroups are')).toContainText('Rule that comes close');
});

test('clusters by density leave patients in none, and a link carries how they were found and what near means', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'subgroups');
  await expectDrawn(plot(page, 'scree'));
  await expect(said(page, 'Principal components')).toContainText('of the variance');
  await page.getByRole('button', { name: 'HDBSCAN' }).click();
  await expect(page).toHaveURL(/clusters=density/);
  await expect(pane(page, 'What the subgroups are')).toContainText('in no cluster');
  await pane(page, 'Map').getByRole('button', { name: '1 − r' }).click();
  await expect(page).toHaveURL(/distance=correlation/);
  await expect(pane(page, 'Map')).toContainText('By pattern, whatever its size');
  const address = await addressOf(page);
  await page.goto('about:blank');
  await page.goto(address);
  await expectOpen(page);
  await expect(page.getByRole('button', { name: 'HDBSCAN' })).toHaveAttribute('aria-pressed', 'true');
  await expect(pane(page, 'What the subgroups are')).toContainText('in no cluster');
  await page.getByRole('button', { name: 'Gaussian mixture' }).click();
  await expect(pane(page, 'What the subgroups are')).not.toContainText('in no cluster');
});

test('a competing event that the study names has its own curve', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'performance');
  await expectDrawn(plot(page, 'incidence'));
  await expect(pane(page, 'Survival')).toContainText('had a transplant first');
});

test('a map settles, can be selected on, and travels in a link', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'subgroups');
  const map = plot(page, 'map');
  await pane(page, 'Map').getByRole('button', { name: 'UMAP' }).click();
  await expect(pane(page, 'Map')).toContainText('UMAP, 15 neighbours');
  await expect(page.getByTestId('settling')).toHaveCount(0);
  await ready(page, 'Consensus');
  await expectDrawn(map);
  const box = await map.boundingBox();
  await page.mouse.move(box.x + 2, box.y + 2);
  await page.mouse.down();
  for (const [x, y] of [[0.5, 0], [0.5, 1], [0, 1]]) {
    await page.mouse.move(box.x + 2 + x * (box.width - 4), box.y + 2 + y * (box.height - 4), { steps: 5 });
  }
  await page.mouse.up();
  await expect(page.getByTestId('crossfilter-count')).toHaveText(/^(?!147 )\d+ of 147$/);
  await expect(page).toHaveURL(/map=umap/);
  const count = await page.getByTestId('crossfilter-count').textContent();
  const address = await addressOf(page);
  await page.goto('about:blank');
  await page.goto(address);
  await expectOpen(page);
  await expect(page.getByTestId('crossfilter-count')).toHaveText(count);
  await expect(pane(page, 'Map')).toContainText('UMAP, 15 neighbours');
});

test('the report is one file that stands alone, with its numbers as JSON', async ({ page, context, open }) => {
  await open();
  await openExample(page, 'pbc');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('[data-command="save-report"]:visible').first().click(),
  ]);
  expect(download.suggestedFilename()).toBe('model.report.html');
  const path = await download.path();
  await expect(page.getByTestId('notice')).toContainText('The report is saved');
  const other = await context.newPage();
  await other.setContent(await readFile(path, 'utf8'));
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Mayo PBC: primary biliary cholangitis');
  const numbers = await other.locator('#numbers').evaluate(block => JSON.parse(block.textContent));
  expect(numbers.performance.find(({ part }) => part === 'Test').estimate.toFixed(3)).toBe('0.821');
  expect(numbers.link).toBe(await addressOf(page));
  expect(await other.locator('figure svg').count()).toBeGreaterThan(10);
  await other.close();
});

test('effect curves lead from a biomarker to a patient, and travel in a link', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'biomarker');
  await page.getByRole('button', { name: 'effect curves' }).click();
  const effect = plot(page, 'effect');
  await expectDrawn(effect);
  await page.locator('[data-command="table-effect"]').click();
  const rows = page.getByRole('region', { name: 'Table of effect' }).getByRole('row');
  await expect(rows.first()).toContainText('Accumulated local effects');
  // Bilirubin, the first, raises this model's risk.
  const mean = async n => Number((await rows.nth(n).getByRole('cell').nth(1).textContent()).replace('−', '-'));
  const last = (await rows.count()) - 1;
  expect(await mean(last)).toBeGreaterThan(await mean(1));
  await expect(page).toHaveURL(/show=effect/);
  const address = await addressOf(page);
  await page.goto('about:blank');
  await page.goto(address);
  await expectOpen(page);
  await expectDrawn(effect);
});

test('two biomarkers are drawn together, and a dot leads to the patient', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'biomarker');
  await page.getByRole('button', { name: 'with partner' }).click();
  const pair = plot(page, 'pair');
  await expectDrawn(pair);
  await expect(said(page, 'Two biomarkers')).toContainText('Together they move risk most upwards where');
  const partner = page.getByLabel('Partner');
  await partner.selectOption({ label: await partner.locator('option', { hasText: 'Albumin' }).textContent() });
  await expect(said(page, 'Two biomarkers')).toContainText('Albumin');
  await expect(page).toHaveURL(/show=pair/);
  // By the keyboard from dot to dot.
  await pair.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/row=\d+/);
});

test('the study\'s refits are held against its model', async ({ page, open }) => {
  await open();
  await openExample(page, 'pbc');
  await go(page, 'performance');
  await page.locator('[data-command="refits"]').click();
  await expect(said(page, 'Other models')).toContainText('10 models');
  await expectDrawn(plot(page, 'ranks'));
  await page.getByTestId('models-input').setInputFiles({ name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await expect(pane(page, 'Other models')).toContainText('odd.json is left out');
});
