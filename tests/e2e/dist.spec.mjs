// What is published, as files.
import { readFile, readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { dist, expect, test } from './clarimark.mjs';

const part = async extension => {
  const name = (await readdir(dist)).find(each => each.endsWith(extension) && each !== 'sw.js');
  return readFile(dist + name);
};

test('the first load is at most 700 kB compressed', async ({ page, site, faults }) => {
  const parts = new Map();
  page.on('response', response => parts.set(response.url(), response));
  await page.goto(site);
  await expect(page.locator('[data-view="start"]')).toBeVisible();
  let size = 0;
  const names = [];
  for (const [url, response] of parts) {
    if (!url.startsWith(site)) continue;
    names.push(url.slice(site.length));
    size += gzipSync(await response.body()).length;
  }
  expect(names.filter(name => name.endsWith('.wasm'))).toHaveLength(1);
  expect(names.filter(name => name.startsWith('studies/'))).toEqual([]);
  expect(size).toBeLessThanOrEqual(700_000);
  expect(faults.unexpected()).toEqual([]);
});

test('the program has no means to talk to anyone', async () => {
  const glue = (await part('.js')).toString('utf8');
  expect(glue).not.toMatch(/RTCPeerConnection|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\.meta/);
});

test('no path of the machine that built it is published', async () => {
  const wasm = (await part('.wasm')).toString('latin1');
  expect(wasm.match(/\/(?:home|root|Users)\/[^\0]{0,60}/)?.[0] ?? null).toBeNull();
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
