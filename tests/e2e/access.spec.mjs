// Readable and operable by everyone: axe finds nothing, and narrow windows do not scroll sideways.
import axe from 'axe-core';
import { expect, openExample, test } from './clarimark.mjs';

const views = ['start', 'overview', 'biomarkers', 'biomarker', 'patient', 'subgroups', 'performance'];

const violations = async page => {
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
};

for (const theme of ['light', 'dark']) {
  test(`${theme}: axe finds nothing in any view`, async ({ page, open }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await open();
    expect(await violations(page)).toEqual([]);
    await openExample(page);
    const found = {};
    for (const [index, view] of views.entries()) {
      await page.keyboard.press(String(index + 1));
      await expect(page.locator(`[data-view="${view}"]`)).toBeVisible();
      const here = await violations(page);
      if (here.length) found[view] = here;
    }
    expect(found).toEqual({});
  });
}

for (const width of [360, 768, 1024]) {
  test(`at ${width} px no view scrolls sideways`, async ({ page, open }) => {
    await page.setViewportSize({ width, height: 800 });
    await open();
    await openExample(page);
    const wider = [];
    for (const [index, view] of views.entries()) {
      await page.keyboard.press(String(index + 1));
      await expect(page.locator(`[data-view="${view}"]`)).toBeVisible();
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) wider.push(`${view} by ${over} px`);
    }
    expect(wider).toEqual([]);
  });
}
