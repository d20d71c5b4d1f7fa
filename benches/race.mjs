// What `race` is natively, in Chromium: `node benches/race.mjs GLUE.js MODULE.wasm MODEL ROWS` answers each line of
// standard input, an engine and a number of rows, with the seconds that one worker needs for them. What is too short for
// the clock is repeated.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { chromium } = createRequire(new URL('../tests/e2e/package.json', import.meta.url))('@playwright/test');
const [glue, ...files] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CLARIMARK_CHROMIUM,
  args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
const page = await browser.newPage();
const served = new Map(await Promise.all(['module', 'model', 'rows'].map(async (name, i) => [`/${name}`, await readFile(files[i])])));
await page.route('http://race.test/**', route => {
  const body = served.get(new URL(route.request().url()).pathname) ?? '<!doctype html>';
  return route.fulfill({ body, contentType: typeof body === 'string' ? 'text/html' : 'application/octet-stream' });
});
await page.goto('http://race.test/');

// Runs in the worker, after the glue.
const inWorker = () => {
  const SHORT_MS = 40;
  let race;
  const answer = {
    async open(module, model, rows) {
      await wasm_bindgen({ module_or_path: module });
      race = new wasm_bindgen.Race(new Uint8Array(model), new Float32Array(rows));
      return race.says();
    },
    time(engine, n) {
      const start = performance.now();
      let runs = 0;
      do race.run(engine, n); while (++runs < 1000 && performance.now() - start < SHORT_MS);
      return (performance.now() - start) / runs / 1000;
    },
  };
  self.onmessage = async ({ data: [name, ...given] }) => {
    try {
      self.postMessage([null, await answer[name](...given)]);
    } catch (error) {
      self.postMessage([String(error)]);
    }
  };
};

const says = await page.evaluate(async script => {
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  globalThis.ask = (...question) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data: [why, answer] }) => (why ? reject(new Error(why)) : resolve(answer));
    worker.onerror = event => reject(new Error(event.message));
    worker.postMessage(question);
  });
  const bytes = name => fetch(`/${name}`).then(response => response.arrayBuffer());
  return globalThis.ask('open', ...await Promise.all(['module', 'model', 'rows'].map(bytes)));
}, `${await readFile(glue, 'utf8')}\n;(${inWorker})();`);
console.log(says);

for await (const line of createInterface({ input: process.stdin })) {
  const [engine, n] = line.split(' ');
  console.log(await page.evaluate(([engine, n]) => globalThis.ask('time', engine, n), [engine, Number(n)]));
}
await browser.close();
