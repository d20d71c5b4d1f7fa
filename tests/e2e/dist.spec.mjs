// What is published, as files.
import { readFile, readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { dist, expect, test } from './clarimark.mjs';

/** The published files with this ending, the service worker aside. */
const parts = async extension => {
  const names = (await readdir(dist)).filter(each => each.endsWith(extension) && each !== 'sw.js');
  return Promise.all(names.map(name => readFile(dist + name)));
};

test('the first load is at most 700 kB compressed, and what computes comes after it', async ({ page, site, faults }) => {
  const loaded = [];
  page.on('response', response => loaded.push(response));
  await page.goto(site);
  await expect(page.locator('[data-view="start"]')).toBeVisible();
  await page.evaluate(() => globalThis.clarimarkWorkers());
  const size = { first: 0, worker: 0 };
  const names = [];
  for (const response of loaded) {
    const name = response.url().slice(site.length);
    names.push(name);
    size[name.startsWith('worker-') ? 'worker' : 'first'] += gzipSync(await response.body()).length;
  }
  const at = pattern => names.findIndex(name => pattern.test(name));
  expect(names.filter(name => name.endsWith('.wasm'))).toHaveLength(2);
  expect(at(/^worker-/)).toBeGreaterThan(at(/^app-.*wasm$/));
  expect(names.filter(name => name.startsWith('studies/'))).toEqual([]);
  expect(size.first).toBeLessThanOrEqual(700_000);
  expect(size.worker).toBeLessThanOrEqual(1_000_000);
  // What draws, and what reads tables that are no text, comes when it is asked for.
  expect(names.filter(name => /^(drawer|reader)-/.test(name))).toEqual([]);
  expect(faults.unexpected()).toEqual([]);
});

test('the program has no means to talk to anyone', async () => {
  const glue = await parts('.js');
  expect(glue).toHaveLength(4);
  for (const each of glue) {
    expect(each.toString('utf8')).not.toMatch(/RTCPeerConnection|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\.meta/);
  }
});

test('no path of the machine that built it is published', async () => {
  for (const wasm of await parts('.wasm')) {
    expect(wasm.toString('latin1').match(/\/(?:home|root|Users)\/[^\0]{0,60}/)?.[0] ?? null).toBeNull();
  }
});

test('each form has its policy', async () => {
  const policy = async name => {
    const html = await readFile(dist + name, 'utf8');
    const found = [...html.matchAll(/http-equiv="Content-Security-Policy" content="([^"]+)"/g)];
    expect(found).toHaveLength(1);
    expect(html.indexOf('<script')).toBeGreaterThan(found[0].index);
    return Object.fromEntries(found[0][1].split('; ').map(each => each.split(/ (.*)/s).slice(0, 2)));
  };
  const hosted = await policy('index.html');
  expect(hosted).toMatchObject({ 'default-src': "'none'", 'connect-src': "'self'", 'style-src': "'self'" });
  const one = await policy('clarimark.html');
  expect(one).toMatchObject({ 'default-src': "'none'", 'connect-src': "'none'", 'worker-src': 'blob:' });
  for (const each of [hosted, one]) {
    expect(each['script-src']).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:/);
    expect(each['base-uri']).toBe("'none'");
    expect(each['form-action']).toBe("'none'");
  }
});
