// One model of each format, through the file chooser, to explained patients.
import { fileURLToPath } from 'node:url';
import { expect, expectOpen, test } from './clarimark.mjs';

const reference = fileURLToPath(new URL('../reference/', import.meta.url));
const byCover = 'path-dependent';
const against = /against all \d+ patients/;

for (const [model, table, method] of [
  ['xgboost-3.4.1/multi_softprob.model.ubj', 'xgboost-3.4.1/multi_softprob.csv', byCover],
  ['lightgbm-4.7.0/categorical_pandas.model.txt', 'lightgbm-4.7.0/categorical_pandas.csv', byCover],
  ['lightgbm-4.7.0/binary_missing_nan.model.json', 'lightgbm-4.7.0/binary_missing_nan.csv', byCover],
  ['catboost-1.2.10/logloss_missing_min.model.cbm', 'catboost-1.2.10/logloss_missing_min.csv', byCover],
  ['catboost-1.2.10/depthwise.model.json', 'catboost-1.2.10/depthwise.csv', byCover],
  ['sklearn-1.9.1/forest_binary.model.skops', 'sklearn-1.9.1/forest_binary.csv', byCover],
  ['sklearn-1.9.1/boosting_multi.model.joblib', 'sklearn-1.9.1/boosting_multi.csv', byCover],
  ['sklearn-1.9.1/forest_missing.model.pkl', 'sklearn-1.9.1/forest_missing.csv', byCover],
  ['sklearn-1.9.1/forest_binary.also.joblib.bz2', 'sklearn-1.9.1/forest_binary.csv', byCover],
  ['sklearn-1.9.1/forest_binary.also.joblib.xz', 'sklearn-1.9.1/forest_binary.csv', byCover],
  ['wrapped-xgboost-3.2.0/classifier.model.pkl', 'wrapped-xgboost-3.2.0/classifier.csv', byCover],
  ['treelite-4.8.1/xgboost_binary.model.json', 'treelite-4.8.1/xgboost_binary.csv', byCover],
  ['generic-1/forest.model.json', 'generic-1/forest.csv', byCover],
  ['pmml-nyoka-5.5.0/forest_binary.model.pmml', 'pmml-nyoka-5.5.0/forest_binary.csv', null],
  ['pmml-sklearn2pmml-0.133.1/boosting_multi.model.pmml', 'pmml-sklearn2pmml-0.133.1/boosting_multi.csv', against],
  ['sksurv-0.28.0/forest_rsf.model.skops', 'sksurv-0.28.0/forest_rsf.csv', byCover],
  ['sksurv-0.22.2/extra_trees.model.joblib', 'sksurv-0.22.2/extra_trees.csv', byCover],
  // ONNX keeps no cover: what is left out is taken from patients instead.
  ['onnx-1.20.0/skl_forest_binary.model.onnx', 'onnx-1.20.0/skl_forest_binary.csv', against],
]) {
  test(`${model} opens and adds up`, async ({ page, open }) => {
    await open();
    await page.locator('#file-input').setInputFiles([reference + model, reference + table]);
    await page.locator('[data-command="compute"]:not([aria-disabled])').first().click();
    await expectOpen(page);
    const bar = page.getByRole('banner');
    await expect(bar).toContainText(method ?? /path-dependent|against/);
    const says = await page.getByTestId('additivity').textContent();
    const [, digits, power] = says.match(/([\d.]+)(?: × 10(⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?\s*$/);
    const exponent = power ? -Number([...power.slice(1)].map(c => '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c)).join('')) : 0;
    expect(Number(digits) * 10 ** exponent, says).toBeLessThanOrEqual(1e-9);
  });
}

test('S(t) at times that a person chooses is explained, one output each, and a link carries the times', async ({ page, open }) => {
  await open();
  const files = ['sksurv-0.28.0/forest_rsf.model.skops', 'sksurv-0.28.0/forest_rsf.csv'].map(file => reference + file);
  const ready = page.locator('[data-command="compute"]:enabled').first();
  await page.locator('#file-input').setInputFiles(files);
  await ready.waitFor();
  const choices = page.getByRole('complementary', { name: 'Ready to compute' });
  await choices.getByRole('button', { name: 'survival at times' }).click();
  const times = choices.getByRole('textbox', { name: 'Times' });
  await expect(times).not.toHaveValue('');
  // What the forest does not know is refused in words; the choice before stands.
  const before = await times.inputValue();
  await times.fill('4, 1000');
  await times.press('Enter');
  await expect(page.getByTestId('notice')).toContainText(/at time 1000, but the model knows times from 0 to \d+/);
  await times.fill('4, 11.5');
  await times.press('Enter');
  await expect(times).toHaveValue('4,11.5');
  expect(before).not.toBe('4,11.5');
  await ready.click();
  await expectOpen(page);
  const bar = page.getByRole('banner');
  await expect(bar).toContainText('survival probability');
  await expect(bar.locator('option')).toHaveText(['S(t = 4)', 'S(t = 11.5)']);
  await bar.locator('select').selectOption('1');
  await expect.poll(() => page.url()).toContain('output=1');
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await page.locator('#file-input').setInputFiles(files);
  await expect(times).toHaveValue('4,11.5');
  await ready.click();
  await expectOpen(page);
  await expect(bar.locator('select')).toHaveValue('1');
});

test('trees after the best iteration can be used', async ({ page, open }) => {
  await open();
  const files = ['model.json', 'csv'].map(ending => `${reference}xgboost-3.4.1/best_iteration.${ending}`);
  await page.locator('#file-input').setInputFiles(files);
  const ready = page.getByRole('complementary', { name: 'Ready to compute' });
  await expect(ready.getByRole('button', { name: 'trees up to the best iteration' })).toHaveAttribute('aria-pressed', 'true');
  const all = ready.getByRole('button', { name: /^all \d+ trees$/ });
  const n = (await all.textContent()).match(/\d+/)[0];
  await expect(ready).not.toContainText(`${n}, `);
  await all.click();
  await expect(all).toHaveAttribute('aria-pressed', 'true');
  await expect(ready).toContainText(`${n}, `);
  await page.locator('[data-command="compute"]:enabled').first().click();
  await expectOpen(page);
});

test('the background is a choice, and a link carries it', async ({ page, open, site }) => {
  await open();
  await page.locator('[data-command="open-example-pbc"]:visible').first().click();
  await expectOpen(page);
  const bar = page.getByRole('banner');
  await expect(bar).toContainText(byCover);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').locator('input').fill('against training');
  await page.keyboard.press('Enter');
  await expect(bar).toContainText('against 271 training patients', { timeout: 30_000 });
  await expect.poll(() => page.url()).toContain('method=against-train');
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await expectOpen(page);
  await expect(bar).toContainText('against 271 training patients');
});
