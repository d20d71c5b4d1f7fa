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
  ['wrapped-xgboost-3.2.0/classifier.model.pkl', 'wrapped-xgboost-3.2.0/classifier.csv', byCover],
  ['treelite-4.8.1/xgboost_binary.model.json', 'treelite-4.8.1/xgboost_binary.csv', byCover],
  ['generic-1/forest.model.json', 'generic-1/forest.csv', byCover],
  ['pmml/forest_binary.model.pmml', 'pmml/forest_binary.csv', null],
  // ONNX keeps no cover: what is left out is taken from patients instead.
  ['onnx/skl_forest_binary.model.onnx', 'onnx/skl_forest_binary.csv', against],
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
