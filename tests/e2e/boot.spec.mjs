// The page starts, in both forms, and says what is wrong where it cannot.
import { fileURLToPath } from 'node:url';
import { expect, go, forms, openExample, test } from './clarimark.mjs';

for (const form of forms) {
  test(`${form}: the start page shows, and a study opens through a worker`, async ({ page, open }) => {
    await open(form);
    expect(await page.evaluate(() => globalThis.clarimarkForm)).toBe(form);
    await expect(page.locator('[data-view="start"]')).toBeVisible();
    await expect(page.locator('#clarimark-starting, [role=alert]')).toHaveCount(0);
    const workers = [];
    page.on('worker', worker => workers.push(worker.url()));
    await openExample(page);
    expect(workers.length).toBeGreaterThan(0);
    expect(workers.filter(url => !url.startsWith('blob:'))).toEqual([]);
  });

  test(`${form}: the theme is there before the first paint`, async ({ page, open }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open(form);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await page.evaluate(() => localStorage.setItem('clarimark.theme', 'light'));
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  });

  test(`${form}: the program runs in a worker too`, async ({ page, open }) => {
    await open(form);
    await page.evaluate(() => globalThis.clarimarkWorkers());
    const heard = await page.evaluate(() => new Promise((resolve, reject) => {
      const worker = globalThis.clarimarkWorker();
      worker.onmessage = () => resolve(true);
      worker.onerror = event => reject(new Error(event.message));
      setTimeout(() => reject(new Error('the worker says nothing')), 10_000);
    }));
    expect(heard).toBe(true);
  });
}

const expectSentence = async (page, pattern) => {
  const alert = page.locator('#clarimark-stopped[role=alert]');
  await expect(alert).toBeVisible();
  await expect(alert).toContainText('Clarimark could not start');
  await expect(alert).toContainText(pattern);
};

test('a missing program is named', async ({ page, site, faults }) => {
  faults.expected.push(/./);
  await page.route('**/*.wasm', route => route.fulfill({ status: 404 }));
  await page.goto(site);
  await expectSentence(page, /app-\w+\.wasm could not be loaded/);
});

test.describe('on a first visit', () => {
  // A stored copy would help.
  test.use({ serviceWorkers: 'block' });
  test('a missing worker is named when it is needed, and asked for again', async ({ page, open }) => {
    await page.route('**/worker-*.wasm', route => route.fulfill({ status: 404 }));
    const faults = await open('hosted');
    faults.expected.push(/404|integrity/i);
    await page.locator('[data-command="open-example-pbc"]:visible').first().click();
    await expect(page.getByTestId('notice')).toContainText(/worker-\w+\.wasm could not be loaded/);
    await expect(page.locator('[data-view="start"]')).toBeVisible();
    await page.unroute('**/worker-*.wasm');
    await openExample(page);
  });

  test('a missing reader of tables is named for what it does, and asked for again', async ({ page, open }) => {
    await page.route('**/reader-*.wasm', route => route.fulfill({ status: 404 }));
    const faults = await open('hosted');
    faults.expected.push(/404|integrity/i);
    const table = fileURLToPath(new URL('../reference/tables-pbc/pbc.parquet', import.meta.url));
    const notice = page.getByTestId('notice');
    await page.locator('#file-input').setInputFiles(table);
    await expect(notice).toContainText('The part of the page that reads workbooks, Parquet, Arrow, and models in bzip2 or xz could not be loaded');
    await expect(notice).toContainText(/reader-\w+\.wasm could not be loaded/);
    await expect(notice).toContainText('choose the table as CSV');
    await page.unroute('**/reader-*.wasm');
    // The same file twice is no change of the field; choosing by hand empties it, too.
    await page.locator('#file-input').setInputFiles([]);
    await page.locator('#file-input').setInputFiles(table);
    await expect(notice).toContainText(/pbc\.parquet: \d+ rows, 22 columns/, { timeout: 60_000 });
  });

  test('a missing drawing program is named when it is needed, and the rest works', async ({ page, open }) => {
    await page.route('**/drawer-*.wasm', route => route.fulfill({ status: 404 }));
    const faults = await open('hosted');
    faults.expected.push(/404|integrity/i);
    await openExample(page);
    await go(page, 'performance');
    await expect(page.getByTestId('notice')).toContainText(/drawer-\w+\.wasm could not be loaded/);
    await page.unroute('**/drawer-*.wasm');
    await go(page, 'biomarkers');
    await go(page, 'performance');
    await expect(page.getByTestId('answer-said').first()).toContainText('C-index');
  });
});

test('a program altered on its way is refused', async ({ page, site, faults }) => {
  faults.expected.push(/./);
  await page.route('**/*.wasm', route => route.fulfill({ body: 'not what was published' }));
  await page.goto(site);
  await expectSentence(page, /app-\w+\.wasm could not be loaded, or is not what was published/);
});

test('a glue script that a filter holds back is named', async ({ page, site, faults }) => {
  faults.expected.push(/./);
  await page.route('**/app-*.js', route => route.abort());
  await page.goto(site);
  await expectSentence(page, /app-\w+\.js could not be loaded/);
});

test('a browser without WebAssembly is told so', async ({ page, site, faults }) => {
  faults.expected.push(/./);
  await page.addInitScript(() => { delete globalThis.WebAssembly; });
  await page.goto(site);
  await expectSentence(page, /does not run WebAssembly/);
});

test('a server that mislabels the program does no harm', async ({ page, site, open }) => {
  await page.route('**/*.wasm', async route => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { 'content-type': 'text/plain' } });
  });
  await open('hosted');
  await expect(page.locator('[data-view="start"]')).toBeVisible();
  // What computes comes after the page; the test waits for it, mislabelled as it is.
  await openExample(page);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a crash is said, with a way back', async ({ page, open }) => {
  const faults = await open('hosted');
  faults.expected.push(/unreachable/);
  await page.evaluate(() => setTimeout(() => { throw new WebAssembly.RuntimeError('unreachable'); }));
  await expect(page.locator('#clarimark-stopped[role=alert]')).toContainText('Clarimark has stopped');
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await expect(page.locator('[data-view="start"]')).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });
  test('the page says what it needs', async ({ page, site }) => {
    await page.goto(site);
    await expect(page.locator('noscript')).toBeVisible();
    await expect(page.locator('#clarimark-starting')).toBeHidden();
  });
});
