// What every test here has: the built page on a server below a path, in both forms, in a browser page that fails the
// test when anything is asked of another origin, logged as an error or thrown.
import { test as base, expect } from '@playwright/test';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { serve } from '../../tools/serve.mjs';

export { expect };
export const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
export const oneFile = `${dist}clarimark.html`;
export const studies = fileURLToPath(new URL('../../public/studies/', import.meta.url));
export const broken = fileURLToPath(new URL('../reference/broken/', import.meta.url));

const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
export const chromiumOptions = {
  executablePath: process.env.CLARIMARK_CHROMIUM ?? ['/usr/bin/chromium'].find(path => existsSync(path)),
  args: ['--disable-dev-shm-usage', ...sandbox],
};

export const firefoxPath = process.env.CLARIMARK_FIREFOX
  ?? ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(path => existsSync(path));

/** The two forms in which Clarimark is given away. */
export const forms = ['hosted', 'one-file'];

/** Serves the built page as a project page is served: below a path. */
export const serveSite = async (folder = dist) => {
  const server = await serve({ folder, base: '/sub/path/' });
  return { url: `http://localhost:${server.address().port}/sub/path/`, close: () => server.close() };
};

/** Records what must not happen in a page; `expected` takes patterns of what a test provokes on purpose. */
const watch = (page, site) => {
  const seen = [];
  const expected = [];
  const allowed = url => url.startsWith(site) || url.startsWith('blob:') || url.startsWith('data:')
    || url.startsWith(pathToFileURL(dist).href) || url.startsWith('file:');
  page.on('request', request => {
    if (!allowed(request.url())) seen.push(`request to ${request.url()}`);
  });
  page.on('websocket', socket => seen.push(`socket to ${socket.url()}`));
  page.on('console', message => {
    if (message.type() === 'error') seen.push(`console: ${message.text()}`);
  });
  page.on('pageerror', error => seen.push(`error: ${error.message}`));
  page.on('crash', () => seen.push('the page crashed'));
  return { expected, unexpected: () => seen.filter(text => !expected.some(pattern => pattern.test(text))) };
};

export const test = base.extend({
  site: [async ({}, use) => {
    const site = await serveSite();
    await use(site.url);
    site.close();
  }, { scope: 'worker' }],

  faults: async ({ page, site }, use) => {
    const faults = watch(page, site);
    await use(faults);
    expect(faults.unexpected()).toEqual([]);
  },

  /** open('hosted' | 'one-file', '#fragment') shows the page and waits until it has started. */
  open: async ({ page, site, faults }, use) => {
    await use(async (form = 'hosted', fragment = '') => {
      await page.goto((form === 'hosted' ? site : pathToFileURL(oneFile).href) + fragment);
      await expect(page.locator('[data-view]').first()).toBeVisible();
      return faults;
    });
  },
});

/** Any view but the first: a study is open. */
export const openedView = '[data-view]:not([data-view="start"])';

/** Waits until a study has been computed and is shown. */
export const expectOpen = async page => {
  await expect(page.locator(openedView)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId('run')).toHaveCount(0);
};

/** Opens a built-in study. */
export const openExample = async (page, name = 'pbc') => {
  await page.locator(`[data-command="open-example-${name}"]:visible`).first().click();
  await expectOpen(page);
};

/** Goes to a view by its command, wherever the layout has put that. */
export const go = async (page, view) => {
  await page.locator(`[data-command="go-${view}"]:visible`).first().click();
  await expect(page.locator(`[data-view="${view}"]`)).toBeVisible();
};

/** Waits until a canvas shows more than an empty ground. */
export const expectDrawn = locator => expect.poll(() => locator.evaluate(canvas => {
  if (!canvas.width || !canvas.height) return 0;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  copy.drawImage(canvas, 0, 0);
  const pixels = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return new Set(pixels).size;
}), { message: 'colours on the canvas' }).toBeGreaterThan(3);

/** Waits until the page may be used without a network. */
export const storedOffline = page => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
  }
});

/** The address, once it says what is shown: it is written when a change has settled. */
export const addressOf = async page => {
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(() => setTimeout(done)))));
  await page.waitForFunction(() => !document.documentElement.hasAttribute('data-address-waits'));
  return page.url();
};
