// What large files cost: a model of 100 MB and a table of 200 MB, made here from a seed, read natively by
// `examples/load.rs` and in the page. Prints for each the time and the peak memory: of the process natively, of all of the
// browser's processes above an empty page in the page.
//
//   node tests/e2e/bench-files.mjs
import { execFileSync } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { chromiumOptions, oneFile } from './clarimark.mjs';
import { cohort } from './cohort.mjs';
import { memory } from './memory.mjs';

const { folder, files } = await cohort({ rows: 575_000, features: 50, trees: 6_500, depth: 7 });
const [model, table] = files;
const root = fileURLToPath(new URL('../../', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? `${root}target`;

const natively = (what, file) =>
  execFileSync(`${target}/release/examples/load`, [what, file], { encoding: 'utf8' }).trim();

const inPage = async (file, understood) => {
  const server = await chromium.launchServer(chromiumOptions);
  const browser = await chromium.connect(server.wsEndpoint());
  const page = await browser.newPage();
  await page.goto(pathToFileURL(oneFile).href);
  await page.locator('[data-view="start"]').waitFor();
  await page.evaluate(() => globalThis.clarimarkWorkers());
  const fresh = memory(server.process().pid);
  let peak = fresh;
  const watch = setInterval(() => { peak = Math.max(peak, memory(server.process().pid)); }, 50);
  const start = Date.now();
  await page.locator('#file-input').setInputFiles(file);
  await page.getByTestId('notice').getByText(understood).waitFor({ timeout: 300_000 });
  const seconds = (Date.now() - start) / 1000;
  clearInterval(watch);
  await browser.close();
  await server.close();
  return `${seconds.toFixed(1)} s, ${(peak - fresh).toFixed(0)} MB above an empty page`;
};

for (const [what, file, understood] of [['model', model, /trees/], ['table', table, /rows/]]) {
  console.log(`${what} of ${((await stat(file)).size / 1e6).toFixed(0)} MB`);
  console.log(`  natively: ${natively(what, file)}`);
  console.log(`  in the page: ${await inPage(file, understood)}`);
}
await rm(folder, { recursive: true });
