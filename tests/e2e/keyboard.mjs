// What a person does here with the keyboard alone, task by task, in whichever browser `page` drives:
//   press(keys), type(text), evaluate(function, argument), until(function, argument)

/** Goes on with Tab, or back, until the focus is on what the selector names. */
const tabTo = async (page, selector, key = 'Tab') => {
  for (let i = 0; i < 400; i += 1) {
    if (await page.evaluate(selector => document.activeElement?.matches(selector) ?? false, selector)) return;
    await page.press(key);
  }
  throw new Error(`${key} never reaches ${selector}`);
};
const shows = (page, view) => page.until(view => document.querySelector(`[data-view="${view}"]`) !== null, view);
const says = (page, selector, part) => page.until(
  ([selector, part]) => document.querySelector(selector)?.textContent.includes(part) ?? false, [selector, part]);
const pressed = (page, text) => page.until(text => [...document.querySelectorAll('button[aria-pressed="true"]')]
  .some(button => button.textContent === text), text);
/** Tab to a button by its word, and press it. */
const use = async (page, text) => {
  await page.evaluate(text => {
    for (const button of document.querySelectorAll('main button')) {
      button.toggleAttribute('data-wanted', button.textContent.trim() === text);
    }
  }, text);
  await tabTo(page, 'button[data-wanted]');
  await page.press('Enter');
};
const count = page => page.evaluate(() => document.querySelector('[data-testid="crossfilter-count"]').textContent);

export const tasks = [
  ['open an example', async page => {
    await page.press('m');
    await page.until(() => document.querySelector('[data-view]:not([data-view="start"])') !== null);
  }],
  ['from the second biomarker to its own view, and on to the next', async page => {
    await page.press('3');
    await shows(page, 'biomarkers');
    await page.press('j');
    await page.press('Enter');
    await shows(page, 'biomarker');
    const chosen = () => document.querySelector('[data-view-body="biomarker"] select').selectedOptions[0].textContent;
    await page.until(() => document.querySelector('[data-view-body="biomarker"] select')?.selectedOptions[0]?.textContent.startsWith('2'));
    const second = await page.evaluate(chosen);
    await page.press(']');
    await page.until(second => document.querySelector('[data-view-body="biomarker"] select').selectedOptions[0].textContent !== second, second);
  }],
  ['read what a plot says, as words and as a table', async page => {
    await page.press('3');
    await shows(page, 'biomarkers');
    await tabTo(page, '[data-command="about-ranked"]');
    await page.press('Enter');
    await page.until(() => document.querySelector('dl.about dd')?.textContent.length > 20);
    await tabTo(page, '[data-command="table-ranked"]');
    await page.press('Enter');
    await says(page, '.plot-table', 'Bilirubin');
  }],
  ['change a value of a patient, and take it back', async page => {
    await page.press('5');
    await shows(page, 'patient');
    await tabTo(page, '[data-testid="what-if-number"]');
    await page.press('Control+a');
    await page.type('1');
    await page.press('Enter');
    await says(page, '.what-if .pane-head .dim', '→');
    await tabTo(page, '[data-command="what-if-reset"]');
    await page.press('Enter');
    await says(page, '.what-if .pane-head .dim', 'as measured');
  }],
  ['undo and redo that', async page => {
    await page.press('Control+z');
    await says(page, '.what-if .pane-head .dim', '→');
    await page.press('Control+y');
    await says(page, '.what-if .pane-head .dim', 'as measured');
  }],
  ['divide the patients in another way', async page => {
    await page.press('6');
    await shows(page, 'subgroups');
    await use(page, 'Gaussian mixture');
    await pressed(page, 'Gaussian mixture');
  }],
  ['from a mark on the map to the patient', async page => {
    await tabTo(page, 'canvas[data-plot="map"]');
    await page.press('ArrowRight');
    await page.press('Enter');
    await shows(page, 'patient');
  }],
  ['select by a bar of a histogram, widen it, and clear it', async page => {
    const all = await count(page);
    await tabTo(page, '.crossfilter-list > :first-child canvas', 'Shift+Tab');
    await page.press('ArrowRight');
    await page.press('Space');
    await page.until(all => document.querySelector('[data-testid="crossfilter-count"]').textContent !== all, all);
    const few = parseInt(await count(page), 10);
    for (let i = 0; i < 6; i += 1) await page.press('ArrowRight');
    await page.press('Shift+Space');
    await page.until(few => parseInt(document.querySelector('[data-testid="crossfilter-count"]').textContent, 10) > few, few);
    await page.press('Control+z');
    await page.press('Control+z');
    await page.until(all => document.querySelector('[data-testid="crossfilter-count"]').textContent === all, all);
  }],
  ['select a patient in the table', async page => {
    await page.press('3');
    await shows(page, 'biomarkers');
    await use(page, 'Patients');
    await page.until(() => document.querySelector('.patients tbody input') !== null);
    await tabTo(page, '.patients tbody input');
    await page.press('Space');
    await says(page, '[data-testid="selection"]', '1 of');
    await page.press('Control+z');
    await says(page, '[data-testid="selection"]', 'none');
  }],
  ['go anywhere by name', async page => {
    await page.press('Control+k');
    await page.type('perfor');
    await page.press('Enter');
    await shows(page, 'performance');
  }],
  ['see all keys', async page => {
    await page.press('?');
    await page.until(() => document.querySelector('dialog.sheet').open);
    await page.press('Escape');
    await page.until(() => !document.querySelector('dialog.sheet').open);
  }],
  ['switch between light and dark', async page => {
    const theme = await page.evaluate(() => document.documentElement.dataset.theme);
    await page.press('t');
    await page.until(theme => document.documentElement.dataset.theme !== theme, theme);
  }],
];
