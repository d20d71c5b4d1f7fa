// What large files cost: the models and tables of `benches/files.py` in the folder that is named, read natively by
// `examples/load.rs` and in the page. Prints a table: time and peak memory of the process natively, and of all of the
// browser's processes above an empty page in the page; whether progress was shown; how long Cancel took.
//
//   node tests/e2e/bench-files.mjs FOLDER
import { execFileSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { chromiumOptions, oneFile } from './clarimark.mjs';
import { memory } from './memory.mjs';

const folder = process.argv[2];
const root = fileURLToPath(new URL('../../', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? `${root}target`;
const tables = /\.(csv|parquet|feather)$/;

const natively = file =>
  execFileSync(`${target}/release/examples/load`, [tables.test(file) ? 'table' : 'model', file], { encoding: 'utf8' })
    .trim().match(/([\d.]+ s), ([\d]+ MB)$/).slice(1);

/** A page in a browser of its own, and what its processes hold. */
const withPage = async use => {
  // Not a server that one connects to: such a browser is sent a copy of every file.
  const browser = await chromium.launch(chromiumOptions);
  const page = await browser.newPage();
  // Read whole, whatever its size.
  await page.goto(`${pathToFileURL(oneFile).href}?hold=4096`);
  await page.locator('[data-view="start"]').waitFor();
  await page.evaluate(() => globalThis.clarimarkWorkers());
  const result = await use(page, () => memory(process.pid));
  await browser.close();
  return result;
};

const read = file => withPage(async (page, held) => {
  const fresh = held();
  let peak = fresh;
  const watch = setInterval(() => { peak = Math.max(peak, held()); }, 200);
  const notice = page.getByTestId('notice');
  const start = Date.now();
  await page.locator('#file-input').setInputFiles(file);
  const progress = await page.getByTestId('run').waitFor({ timeout: 60_000 }).then(() => 'yes', () => 'no');
  await notice.waitFor({ timeout: 300_000 });
  const seconds = (Date.now() - start) / 1000;
  clearInterval(watch);
  const said = await notice.textContent();
  if (!/trees|rows/.test(said)) throw new Error(`${file}: ${said}`);
  return [`${seconds.toFixed(1)} s`, `${(peak - fresh).toFixed(0)} MB`, progress];
});

const cancelled = file => withPage(async page => {
  await page.locator('#file-input').setInputFiles(file);
  const cancel = page.locator('[data-command="cancel"]:visible').first();
  const start = await cancel.waitFor({ timeout: 60_000 }).then(() => cancel.click()).then(() => Date.now());
  await page.getByTestId('run').waitFor({ state: 'detached', timeout: 60_000 });
  const ended = Date.now();
  while (page.workers().length > 0) await page.waitForTimeout(10);
  if (await page.getByTestId('notice').count()) throw new Error(`${file}: something was said after Cancel`);
  return `${((ended - start) / 1000).toFixed(1)} s`;
});

console.log('| file | size | natively | peak memory | in the page | peak memory | progress shown | Cancel takes |');
console.log('|---|---|---|---|---|---|---|---|');
const made = await Promise.all((await readdir(folder)).map(async name => [name, (await stat(join(folder, name))).size]));
const order = ([name]) => Number(tables.test(name));
for (const [name, size] of made.sort((a, b) => order(a) - order(b) || a[0].localeCompare(b[0]))) {
  const file = join(folder, name);
  const cells = [name, `${(size / 1e6).toFixed(0)} MB`, ...natively(file), ...await read(file), await cancelled(file)];
  console.log(`| ${cells.join(' | ')} |`);
}
