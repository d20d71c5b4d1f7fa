// A monkey with a seed: thousands of commands, keys and pointer actions end without an error, with all parts of the page
// of one mind, and undoing everything leads back to where it began. MONKEY=10000 makes it busier, SEED=n another one.
import { addressOf, expect, openExample, test } from './clarimark.mjs';

const actions = Number(process.env.MONKEY ?? 400);
const seed = Number(process.env.SEED ?? 1);

/** Done in the page: one action, and what it was. Nothing that leaves the page, opens other files or computes for long. */
const act = ({ at, kind, x, y, x2, y2, shift }) => {
  const visible = element => element.offsetParent !== null && !element.disabled;
  const away = /^(save|csv|svg|png|tsv|copy|clip|choose|open|go-start|palette|keys|method|cancel|stop|theme|undo|redo|more)/;
  const pick = list => list[Math.floor(at * list.length)];
  document.querySelectorAll('dialog[open]').forEach(dialog => dialog.close());
  if (kind < 0.35) {
    const buttons = [...document.querySelectorAll('button[data-command], main .segmented button')]
      .filter(button => visible(button) && !away.test(button.dataset.command ?? ''));
    const button = pick(buttons);
    button?.click();
    return `click ${button?.dataset.command ?? button?.textContent}`;
  }
  if (kind < 0.5) {
    const key = pick(['2', '3', '4', '5', '6', '7', 'j', 'k', '[', ']', 'v', 'c', 'Escape', 'Enter']);
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    return `key ${key}`;
  }
  if (kind < 0.58) {
    const field = pick([...document.querySelectorAll('main select, main input:not([type=file])')].filter(visible));
    if (!field) return 'no field';
    if (field.tagName === 'SELECT') field.value = pick([...field.options]).value;
    else if (field.type === 'checkbox') field.checked = !field.checked;
    else field.value = field.type === 'search' ? pick(['', 'b', 'age', '(']) : String(Number((x * Number(field.max || 3000)).toFixed(2)));
    for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
    return `set ${field.ariaLabel ?? field.type} to ${field.value}`;
  }
  const canvas = pick([...document.querySelectorAll('canvas[data-plot]')].filter(visible));
  if (!canvas) return 'no canvas';
  const box = canvas.getBoundingClientRect();
  const send = (type, [px, py], buttons = 0) => canvas.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, pointerId: 1, buttons, button: 0, shiftKey: shift,
    clientX: box.left + px * box.width, clientY: box.top + py * box.height,
  }));
  send('pointermove', [x, y]);
  if (kind < 0.7) return `hover ${canvas.dataset.plot}`;
  send('pointerdown', [x, y], 1);
  const drag = kind > 0.82;
  if (drag) for (const corner of [[x, y2], [x2, y2], [x2, y]]) send('pointermove', corner, 1);
  send('pointerup', drag ? [x2, y] : [x, y]);
  if (kind > 0.95) canvas.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
  return `${drag ? 'drag' : 'press'} ${canvas.dataset.plot}`;
};

test(`${actions} actions of a monkey, seed ${seed}`, async ({ page, open, faults }) => {
  test.setTimeout(120_000 + actions * 200);
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  // A pointer that was never pressed cannot be captured; the monkey's is not pressed.
  await page.addInitScript(() => { Element.prototype.setPointerCapture = () => {}; });
  await open();
  await openExample(page, 'pbc');
  await expect(page).toHaveURL(/#v=1/);
  const first = await addressOf(page);
  const done = [];
  for (let i = 0; i < actions; i += 1) {
    const [at, kind, x, y, x2, y2] = Array.from({ length: 6 }, random);
    done.push(await page.evaluate(act, { at, kind, x, y, x2, y2, shift: random() < 0.2 }));
    if (i % 1000 === 999) console.log(`${i + 1} actions done`);
    if (i % 25 === 24) {
      const last = done.slice(-25).join('; ');
      expect(faults.unexpected(), last).toEqual([]);
      const counted = await page.getByTestId('crossfilter-count').textContent();
      const [some, all] = counted.split(' of ');
      const cell = page.getByTestId('selection');
      // Rules that everybody passes are a selection too.
      await expect(cell, last).toContainText(some === all ? new RegExp(`none|${some} of ${all}`) : `${some} of ${all}`);
      await expect(page.getByTestId('run'), last).toHaveCount(0);
    }
  }
  const undo = page.locator('[data-command="undo"]').first();
  await expect(async () => {
    await undo.evaluate(button => { for (let n = 0; n < 500 && !button.disabled; n += 1) button.click(); });
    await expect(undo).toBeDisabled({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await expect(page).toHaveURL(first);
});
