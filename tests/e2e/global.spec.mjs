// The view over all biomarkers in each of its forms, and what can be taken away from a plot.
import { readFile } from 'node:fs/promises';
import { addressOf, expect, expectDrawn, expectOpen, go, openExample, test } from './clarimark.mjs';

const as = (page, form) => page.getByRole('group', { name: 'As' }).getByRole('button', { name: form }).click();
const selection = page => page.getByTestId('selection');

const biomarkers = async (page, open) => {
  await open();
  await openExample(page);
  await go(page, 'biomarkers');
};

/** Clicks a button that saves a file; gives its name and content. */
const take = async (page, command) => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`[data-command="${command}"]`).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
};

const more = (page, plot) => page.locator(`[data-command="more-${plot}"]`).click();

for (const [form, plot] of [['Violins', 'violin'], ['Heatmap', 'heatmap'], ['Groups', 'groups'], ['Cohorts', 'cohorts'],
  ['Redundancy', 'redundancy']]) {
  test(`as ${form.toLowerCase()} the biomarkers are drawn, explained and written down`, async ({ page, open }) => {
    await biomarkers(page, open);
    await as(page, form);
    await expectDrawn(page.locator(`canvas[data-plot="${plot}"]`));
    await page.locator(`[data-command="about-${plot}"]`).click();
    await expect(page.getByText('What it does not say')).toBeVisible();
    const { bytes } = await take(page, `csv-${plot}`);
    expect(bytes.toString().split('\n').length).toBeGreaterThan(3);
  });
}

test('a form is part of the link, and can be undone', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Heatmap');
  await expect(page).toHaveURL(/as=heatmap/);
  await page.reload();
  await expectOpen(page);
  await expectDrawn(page.locator('canvas[data-plot="heatmap"]'));
  await as(page, 'Groups');
  await page.keyboard.press('Control+z');
  await expect(page.locator('canvas[data-plot="heatmap"]')).toBeVisible();
});

test('a click in the heatmap leads to a patient', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Heatmap');
  const heatmap = page.locator('canvas[data-plot="heatmap"]');
  await expectDrawn(heatmap);
  await heatmap.click({ position: { x: 400, y: 110 } });
  await expect(page).toHaveURL(/row=\d+/);
  await heatmap.dblclick({ position: { x: 400, y: 110 } });
  await expect(page.locator('[data-view="patient"]')).toBeVisible();
});

test('a group leads down to its biomarkers and back', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Groups');
  const groups = page.locator('canvas[data-plot="groups"]');
  await expectDrawn(groups);
  await groups.click({ position: { x: 40, y: 60 } });
  await expectDrawn(page.locator('canvas[data-plot="ranked"]'));
  const back = page.locator('[data-command="all-groups"]');
  await expect(back).toBeVisible();
  await back.click();
  await expect(back).toHaveCount(0);
});

test('pictures of three sizes have the size they say', async ({ page, open }) => {
  await biomarkers(page, open);
  const widths = [];
  for (const scale of [1, 2, 3]) {
    await more(page, 'ranked');
    const { name, bytes } = await take(page, `png${scale}-ranked`);
    expect(name).toBe(`ranked@${scale}x.png`);
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    widths.push(bytes.readUInt32BE(16));
  }
  expect(widths[1]).toBe(2 * widths[0]);
  expect(widths[2]).toBe(3 * widths[0]);
});

test('a figure for one column is 89 mm wide, in safe colours if asked, and says where it is from', async ({ page, open }) => {
  await biomarkers(page, open);
  const standard = (await take(page, 'svg-ranked')).bytes.toString();
  expect(standard).toContain('#ff0051');
  await more(page, 'ranked');
  await page.getByLabel('Width').selectOption('single');
  await page.getByLabel('Colours').selectOption('safe');
  await expect(page).toHaveURL(/colours=safe&paper=single/);
  const svg = (await take(page, 'svg-ranked')).bytes.toString();
  expect(svg).toContain('width="89mm"');
  expect(svg).not.toContain('#ff0051');
  for (const part of ['patients', 'path-dependent', 'Model ', 'data ', 'Clarimark 0.']) expect(svg).toContain(part);
});

test('numbers leave as numbers and texts as texts', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Heatmap');
  await expectDrawn(page.locator('canvas[data-plot="heatmap"]'));
  const [head, ...rows] = (await take(page, 'csv-heatmap')).bytes.toString().trim().split('\n');
  expect(head).toContain('Bilirubin');
  for (const cell of rows[0].split(',').slice(1)) expect(Number.isFinite(Number(cell)), cell).toBe(true);
  await more(page, 'heatmap');
  expect((await take(page, 'tsv-heatmap')).bytes.toString().split('\n')[0].split('\t').length).toBe(head.replace(/"[^"]*"/g, '').split(',').length);
});

test('data go to the clipboard', async ({ page, context, open }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await biomarkers(page, open);
  await more(page, 'ranked');
  await page.locator('[data-command="copy-data-ranked"]').click();
  await expect(page.getByTestId('notice')).toContainText('clipboard');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('\tBilirubin\t');
  await more(page, 'ranked');
  await page.locator('[data-command="copy-ranked"]').click();
  await expect(page.getByTestId('notice')).toContainText('The picture');
  expect(await page.evaluate(async () => (await navigator.clipboard.read())[0].types)).toContain('image/png');
});

test('the table of patients sorts, finds, selects, and keeps few rows in the page', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Patients');
  const rows = page.locator('.patients tbody tr:not([aria-hidden])');
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThanOrEqual(60);
  const id = () => rows.first().locator('td').nth(1).textContent();
  const highest = await id();
  const head = page.getByRole('columnheader', { name: /^Prediction/ });
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  expect(await id()).not.toBe(highest);
  await page.getByLabel('Find patient').fill(highest);
  await expect(page.getByTestId('patients-shown')).toHaveText('1 patient');
  await rows.first().getByRole('checkbox').check();
  await expect(selection(page)).toContainText(/1 of \d+/);
  await rows.first().getByRole('checkbox').uncheck();
  await expect(selection(page)).toContainText('none');
});

test('columns of the table are picked, those outside the model too', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Patients');
  const heads = page.locator('.patients thead th');
  await expect(heads.first()).toBeAttached();
  const n = await heads.count();
  await page.getByText('Columns', { exact: true }).click();
  const boxes = page.locator('.column-picker[open] label');
  await boxes.filter({ hasText: 'SHAP Bilirubin' }).getByRole('checkbox').uncheck();
  await expect(heads).toHaveCount(n - 1);
  await expect(page.getByRole('columnheader', { name: 'SHAP Bilirubin' })).toHaveCount(0);
  await expect(boxes.getByRole('checkbox', { checked: false })).toHaveCount(1);
});

test('columns outside the model are shown in the table when asked for, and sorted by', async ({ page, open }) => {
  await open();
  await openExample(page, 'acc');
  await go(page, 'biomarkers');
  await as(page, 'Patients');
  await page.getByText('Columns', { exact: true }).click();
  const unticked = page.locator('.column-picker[open] label').filter({ has: page.getByRole('checkbox', { checked: false }) });
  const name = (await unticked.first().textContent()).trim();
  await unticked.first().getByRole('checkbox').check();
  const head = page.getByRole('columnheader', { name });
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', /ending/);
});

test('another method is held against the one that was used, and the comparison is in the link', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Cohorts');
  await page.getByLabel('Compare by').selectOption({ label: 'method: against training patients' });
  const methods = page.locator('canvas[data-plot="methods"]');
  await expectDrawn(methods);
  await expect(page.getByTestId('answer-said')).toContainText('by cover and against training patients');
  await addressOf(page);
  await page.reload();
  await expectOpen(page);
  await expectDrawn(methods);
});

test('a selection gets a name, comes back by it, and is compared under it', async ({ page, open }) => {
  await biomarkers(page, open);
  await as(page, 'Patients');
  const boxes = page.locator('.patients tbody').getByRole('checkbox');
  const choose = async (numbers, name) => {
    for (const n of numbers) await boxes.nth(n).check();
    await page.getByTestId('name-selection').fill(name);
    await page.getByTestId('name-selection').press('Enter');
    await expect(page.locator('.chip.named', { hasText: name })).toBeVisible();
    await page.locator('.trail').getByRole('button', { name: 'Remove this step' }).click();
  };
  await choose([0, 1, 2], 'highest');
  await choose([4, 5], 'below them');
  await expect(selection(page)).toContainText('none');
  await addressOf(page);
  await page.reload();
  await expectOpen(page);
  await page.locator('.chip.named').getByRole('button', { name: 'highest', exact: true }).click();
  await expect(selection(page)).toContainText(/3 of \d+/);
  await page.keyboard.press('Control+z');
  await as(page, 'Cohorts');
  await page.getByLabel('Compare by').selectOption({ label: 'named cohorts' });
  await page.locator('[data-command="table-cohorts"]').click();
  await expect(page.getByRole('region', { name: 'Table of cohorts' })).toContainText('below them');
  await go(page, 'performance');
  const survival = page.getByRole('region', { name: 'Survival', exact: true });
  await survival.getByRole('combobox', { name: 'Groups' }).selectOption({ label: 'named cohorts' });
  await expect(survival.getByRole('row', { name: /^highest 3 / })).toBeVisible();
  await expect(survival.getByRole('row', { name: /^below them 2 / })).toBeVisible();
  await expect(page).toHaveURL(/survival=named/);
});

test('known markers are marked in every plot', async ({ page, open }) => {
  await biomarkers(page, open);
  await page.getByText('Known markers', { exact: true }).click();
  const list = page.getByTestId('known-markers');
  await list.fill('albumin\nKRAS');
  await list.blur();
  await expect(page.getByTestId('notice')).toContainText('no biomarker called KRAS');
  await expect(list).toHaveValue('Albumin');
  await expect(page).toHaveURL(/known=albumin/);
  const marked = async plot => {
    await more(page, plot);
    const { bytes } = await take(page, `svg-${plot}`);
    return bytes.toString().includes('known markers');
  };
  expect(await marked('ranked')).toBe(true);
  await as(page, 'Heatmap');
  await expectDrawn(page.locator('canvas[data-plot="heatmap"]'));
  expect(await marked('heatmap')).toBe(true);
});

test('a dark page goes to paper as a light one', async ({ page, open }) => {
  await biomarkers(page, open);
  const ranked = page.locator('canvas[data-plot="ranked"]');
  await expectDrawn(ranked);
  const painted = () => ranked.evaluate(canvas => canvas.toDataURL());
  const tell = event => page.evaluate(name => dispatchEvent(new Event(name)), event);
  const light = await painted();
  // On paper the marks, which have a layer of their own on screen, are part of the picture.
  await tell('beforeprint');
  await expect.poll(painted).not.toBe(light);
  const paper = await painted();
  await tell('afterprint');
  await expect.poll(painted).toBe(light);
  await page.locator('[data-command="theme"]:visible').first().click();
  await expect.poll(painted).not.toBe(light);
  // Chromium plays back on paper what is drawn for it: a layer above that is cleared takes what is below along.
  await page.evaluate(() => {
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    globalThis.cleared = [];
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
      globalThis.cleared.push(this.canvas.dataset.plot ?? 'above');
      return clear.apply(this, area);
    };
  });
  await tell('beforeprint');
  await expect.poll(painted).toBe(paper);
  const cleared = await page.evaluate(() => globalThis.cleared);
  expect(cleared).toContain('ranked');
  expect(cleared).not.toContain('above');
  await tell('afterprint');
  await expect.poll(painted).not.toBe(paper);
});
