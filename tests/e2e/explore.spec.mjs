// A reader's way through a study: views, plots, selections that every view follows, links, files to take away.
import { readFile } from 'node:fs/promises';
import { expect, expectDrawn, expectOpen, forms, go, openExample, test } from './clarimark.mjs';
import { tasks } from './keyboard.mjs';

const selection = page => page.getByTestId('selection');

/** Drags over part of the nth crossfilter histogram, as fractions of its width. */
const brush = async (page, nth, from, to) => {
  const histogram = page.locator('canvas[data-plot="histogram"]').nth(nth);
  await histogram.scrollIntoViewIfNeeded();
  const box = await histogram.boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + from * box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + ((from + to) / 2) * box.width, y, { steps: 3 });
  await page.mouse.move(box.x + to * box.width, y, { steps: 3 });
  await page.mouse.up();
};

for (const form of forms) {
  test(`${form}: two clicks lead from the start to the biomarkers of each example`, async ({ page, open }) => {
    for (const name of ['pbc', 'acc']) {
      await open(form);
      await openExample(page, name);
      await go(page, 'biomarkers');
      await expectDrawn(page.locator('canvas[data-plot="ranked"]'));
      await expect(page.getByTestId('requests')).toHaveText('0 requests');
      // A page that is opened again at the same address would only follow the fragment.
      await page.goto('about:blank');
    }
  });
}

test('every view draws', async ({ page, open }) => {
  await open();
  await openExample(page);
  for (const [view, plot] of [['biomarkers', 'ranked'], ['biomarker', 'dependence'], ['patient', 'waterfall'], ['subgroups', 'map']]) {
    await go(page, view);
    await expectDrawn(page.locator(`canvas[data-plot="${plot}"]`));
  }
});

test('a selection is the same in every view, and can be undone', async ({ page, open }) => {
  await open();
  await openExample(page);
  await go(page, 'biomarkers');
  await expect(selection(page)).toContainText('none');
  await brush(page, 0, 0.3, 0.7);
  await expect(selection(page)).toContainText(/\d+ of \d+/);
  const count = (await selection(page).textContent()).match(/\d+ of \d+/)[0];
  await expect(page.getByTestId('crossfilter-count')).toHaveText(count);
  for (const view of ['overview', 'biomarker', 'patient', 'subgroups']) {
    await go(page, view);
    await expect(selection(page)).toContainText(count);
  }
  await brush(page, 1, 0, 0.5);
  await expect(selection(page)).not.toContainText(count);
  await page.locator('[data-command="undo"]:visible').first().click();
  await expect(selection(page)).toContainText(count);
  await page.locator('[data-command="clear"]:visible').first().click();
  await expect(selection(page)).toContainText('none');
  await page.keyboard.press('Control+z');
  await expect(selection(page)).toContainText(count);
});

test('a lasso on the map selects', async ({ page, open }) => {
  await open();
  await openExample(page);
  await go(page, 'subgroups');
  const map = page.locator('canvas[data-plot="map"]');
  await expectDrawn(map);
  const box = await map.boundingBox();
  const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.05, 0.05));
  await page.mouse.down();
  for (const corner of [[0.6, 0.05], [0.6, 0.95], [0.05, 0.95]]) await page.mouse.move(...at(...corner), { steps: 5 });
  await page.mouse.up();
  await expect(selection(page)).toContainText(/[1-9]\d* of \d+/);
});

test('a link shows another reader the same', async ({ page, context, open }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open();
  await openExample(page);
  await go(page, 'biomarkers');
  await brush(page, 0, 0.3, 0.7);
  await go(page, 'biomarker');
  await page.locator('[data-command="next"]:visible').first().click();
  const title = await page.getByRole('main').getByRole('heading').first().textContent();
  const chosen = await selection(page).textContent();
  await page.locator('[data-command="copy-link"]:visible').first().click();
  await expect(page.getByTestId('notice')).toContainText('Link copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(2_000);

  const other = await context.newPage();
  await other.goto(link);
  await expect(other.locator('[data-view="biomarker"]')).toBeVisible({ timeout: 60_000 });
  await expect(selection(other)).toHaveText(chosen);
  await expect(other.getByRole('main').getByRole('heading').first()).toHaveText(title);
  await other.close();
});

test('a damaged link is refused in words', async ({ page, open }) => {
  await open('hosted', '#v=1&m=zz&w=r!!!');
  await expect(page.getByRole('alert')).toContainText('link');
  await expect(page.locator('[data-view="start"]')).toBeVisible();
});

test('figures and values can be taken away, the same each time', async ({ page, open }) => {
  await open();
  await openExample(page);
  await go(page, 'biomarkers');
  await expectDrawn(page.locator('canvas[data-plot="ranked"]'));
  const take = async command => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator(`[data-command="${command}"]:visible`).first().click(),
    ]);
    return readFile(await download.path(), 'utf8');
  };
  const values = await take('save-csv');
  expect(values.split('\n').length).toBeGreaterThan(100);
  expect(values).toContain('bilirubin_mg_dl');
  const svg = await take('svg-ranked');
  expect(svg).toMatch(/^<svg|^<\?xml/);
  expect(svg).toContain('Bilirubin');
  expect(await take('csv-ranked')).toContain('Bilirubin');
  expect(await take('save-csv')).toBe(values);
  expect(await take('svg-ranked')).toBe(svg);
});

test('every task is done with the keyboard alone', async ({ page, open }) => {
  await open();
  const keyboard = {
    press: keys => page.keyboard.press(keys),
    type: text => page.keyboard.type(text),
    evaluate: (what, argument) => page.evaluate(what, argument),
    until: (what, argument) => page.waitForFunction(what, argument),
  };
  for (const [name, task] of tasks) await test.step(name, () => task(keyboard));
  for (const [key, view] of [['3', 'biomarkers'], ['4', 'biomarker'], ['5', 'patient'], ['6', 'subgroups'], ['7', 'performance'], ['1', 'start'], ['2', 'overview']]) {
    await page.keyboard.press(key);
    await expect(page.locator(`[data-view="${view}"]`)).toBeVisible();
  }
});
