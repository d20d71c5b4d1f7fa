// The page in one file: what it is made of, and studies packed into it.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, expectOpen, oneFile, studies, test } from './clarimark.mjs';

const start = '<!--clarimark:packed-->';
const end = '<!--/clarimark:packed-->';

/** Packs files as page/boot.js describes it. */
const pack = (page, files) => {
  const blocks = Object.entries(files).map(([path, { bytes, gzip = false }]) => {
    const name = path.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
    const text = (gzip ? gzipSync(bytes) : bytes).toString('base64');
    return `<script type="application/octet-stream" data-packed-file="${name}"${gzip ? ' data-gzip' : ''}>${text}</script>`;
  });
  const [before, rest] = page.split(start);
  return before + start + blocks.join('\n') + end + rest.split(end)[1];
};

const show = async (page, path) => {
  await page.goto(pathToFileURL(path).href);
  await expect(page.locator('[data-view]').first()).toBeVisible();
};

test('packed files come out as they went in', async ({ page, faults }, testInfo) => {
  const odd = Buffer.from([...Array(256).keys()]);
  const files = {
    'model.json': { bytes: Buffer.from('{"größe": 1}'), gzip: true },
    'a "b" & <c>/d.ubj': { bytes: odd },
    'empty.csv': { bytes: Buffer.alloc(0), gzip: true },
  };
  const template = await readFile(oneFile, 'utf8');
  // Packing a packed page replaces its study.
  const path = testInfo.outputPath('packed.html');
  await writeFile(path, pack(pack(template, { 'old.csv': { bytes: odd } }), files));
  faults.expected.push(/./); // such files are no study
  await page.goto(pathToFileURL(path).href);
  await page.waitForFunction(() => globalThis.clarimarkPacked);
  const found = await page.evaluate(async () =>
    [...await globalThis.clarimarkPacked()].map(([name, bytes]) => [name, [...bytes]]));
  expect(found).toEqual(Object.entries(files).map(([name, { bytes }]) => [name, [...bytes]]));
});

test('a packed study opens at once', async ({ page, faults }, testInfo) => {
  const entries = await readdir(`${studies}pbc`, { withFileTypes: true });
  const names = entries.filter(entry => entry.isFile() && !entry.name.endsWith('.md')).map(({ name }) => name);
  const files = await Promise.all(names.map(async name =>
    [name, { bytes: await readFile(`${studies}pbc/${name}`), gzip: true }]));
  const path = testInfo.outputPath('pbc.html');
  await writeFile(path, pack(await readFile(oneFile, 'utf8'), Object.fromEntries(files)));
  await show(page, path);
  await expectOpen(page);
  expect(faults.unexpected()).toEqual([]);
});

test('the page hands out an empty copy of itself, and the copy works', async ({ page, open }, testInfo) => {
  const copies = [];
  for (const form of ['hosted', 'one-file']) {
    await open(form);
    copies.push(await page.evaluate(async () => new TextDecoder().decode(await globalThis.clarimarkPage())));
    expect(copies.at(-1).split(start)).toHaveLength(2);
  }
  expect(copies[0]).toBe(await readFile(oneFile, 'utf8'));
  // Nothing that the program has drawn is in it: the difference is how a browser writes attributes.
  expect(copies[1].length - copies[0].length).toBeLessThan(500);
  const path = testInfo.outputPath('copy.html');
  await writeFile(path, copies[1]);
  await show(page, path);
  await expect(page.locator('[data-view="start"]')).toBeVisible();
});
