// The same bits in Chromium, Firefox and natively: what workers heard and said in each browser is recorded, and the
// native twin (`examples/replay.rs`) answers every question once more.
import { test, expect } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { chromiumOptions, firefoxPath, openedView, serveSite, studies } from './clarimark.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const reference = `${root}tests/reference/xgboost-3.4.1/`;
const browsers = {
  chrome: { executablePath: chromiumOptions.executablePath, args: chromiumOptions.args },
  firefox: { executablePath: firefoxPath },
};

/** In the page, before it starts: keeps a copy of every message of every worker. */
const record = () => {
  const workers = [];
  const number = n => new Uint8Array(Uint32Array.of(n).buffer);
  const keep = (worker, side, message) => {
    worker.parts.push(Uint8Array.of(side), number(message.length));
    for (const part of message) worker.parts.push(number(part.length), part.slice());
  };
  let start;
  Object.defineProperty(globalThis, 'clarimarkWorker', {
    set: value => { start = value; },
    get: () => (program = 'worker') => {
      const worker = start(program);
      // A worker says that it is ready before it is asked anything.
      const kept = { program, parts: [], waiting: 1 };
      workers.push(kept);
      const [post, end] = [worker.postMessage.bind(worker), worker.terminate.bind(worker)];
      worker.postMessage = (message, transfer) => {
        if (!Array.isArray(message)) return post(message, transfer);
        kept.waiting += 1;
        const file = message.at(-1);
        if (!(file instanceof Blob)) {
          keep(kept, 0, message);
          return post(message, transfer);
        }
        // A file goes along as it is; its bytes are written down before what is asked of it.
        file.arrayBuffer().then(bytes => {
          keep(kept, 2, [new Uint8Array(bytes)]);
          keep(kept, 0, message.slice(0, -1));
          post(message, transfer);
        });
      };
      worker.terminate = () => {
        kept.waiting = 0;
        end();
      };
      worker.addEventListener('message', ({ data }) => {
        if (!Array.isArray(data)) return;
        keep(kept, 1, data);
        kept.waiting = Math.max(0, kept.waiting - 1);
      });
      return worker;
    },
  });
  let quiet = 0;
  Object.assign(globalThis, {
    recorded: workers,
    // True once nothing has been under way for ten looks.
    atRest: () => {
      const busy = workers.some(({ waiting }) => waiting > 0)
        || document.querySelector('.answer[aria-busy=true], [data-testid=run], [data-testid=settling]');
      quiet = busy ? 0 : quiet + 1;
      return quiet > 10;
    },
  });
  // Files are looked at where they are written, not where a browser would save them.
  HTMLAnchorElement.prototype.click = () => {};
};

const rest = async page => {
  await page.waitForFunction(() => globalThis.atRest(), { polling: 20, timeout: 60_000 });
};

/** Presses what a selector finds, or among those the one that says `text`. */
const press = async (page, selector, text) => {
  await page.waitForFunction((selector, text) => {
    const found = [...document.querySelectorAll(selector)]
      .find(e => e.checkVisibility() && !e.disabled && (text === undefined || e.textContent.trim() === text));
    found?.click();
    return Boolean(found);
  }, { timeout: 20_000 }, selector, text);
  await rest(page);
};

/** Chooses in the list with this label. */
const choose = async (page, label, value) => {
  await page.waitForFunction((label, value) => {
    const found = [...document.querySelectorAll('.view label.picker')]
      .find(e => e.querySelector('.label')?.textContent === label && e.querySelector(`option[value="${value}"]`));
    if (!found) return false;
    const list = found.querySelector('select');
    list.value = value;
    list.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
  }, { timeout: 20_000 }, label, value);
  await rest(page);
};

/** Everything that a worker computes of a study whose outcome is a time. */
const survivalTour = async page => {
  await press(page, '[data-command="open-example-pbc"]');
  await page.waitForSelector(openedView, { visible: true, timeout: 60_000 });
  await rest(page);
  await press(page, '[data-command="go-performance"]');
  for (const by of ['all', 'subgroup', 'cut']) await choose(page, 'Groups', by);
  await press(page, '[data-command="refits"]');
  await page.waitForSelector('canvas[data-plot="ranks"]', { timeout: 60_000 });
  await rest(page);
  await press(page, '[data-command="go-subgroups"]');
  for (const kind of ['HDBSCAN', 'Gaussian mixture', 'k-means']) await press(page, '.view button', kind);
  for (const map of ['UMAP', 't-SNE']) await press(page, '.view button', map);
  await choose(page, 'Of', 'values');
  await press(page, '.view button', '1 − r');
  await press(page, '.view button', 'PCA');
  await press(page, '[data-command="go-biomarkers"]');
  for (const form of ['Heatmap', 'Redundancy', 'Groups', 'Cohorts']) await press(page, '.view button', form);
  await press(page, '[data-command="go-biomarker"]');
  for (const chart of ['effect curves', 'with partner']) await press(page, '.view button', chart);
  await press(page, '[data-command="save-report"]');
  await press(page, '[data-command="save-csv"]');
};

/** A yes-or-no outcome: areas under curves, calibration, decisions. */
const binaryTour = async (page, files) => {
  await (await page.$('#file-input')).uploadFile(...files);
  await press(page, '[data-command="compute"]');
  await page.waitForSelector(openedView, { visible: true, timeout: 60_000 });
  await rest(page);
  await press(page, '[data-command="go-performance"]');
  await press(page, '[data-command="save-report"]');
};

/** A table that is summarised while two workers read it. */
const streamedTour = async page => {
  await (await page.$('#file-input')).uploadFile(`${studies}pbc/model.json`, `${studies}pbc/pbc.csv`);
  await page.waitForFunction(
    () => document.querySelector('[data-testid="answer-said"]')?.textContent.includes('every row'), { timeout: 60_000 });
  await rest(page);
};

/** Writes down what was recorded; the names of the files. */
const written = async (page, folder) => {
  const programs = await page.evaluate(async () => {
    globalThis.files = await Promise.all(recorded.map(({ parts }) => new Promise(done => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result.slice(reader.result.indexOf(',') + 1));
      reader.readAsDataURL(new Blob(parts));
    })));
    return recorded.map(({ program }) => program);
  });
  const names = [];
  for (const [i, program] of programs.entries()) {
    let text = '';
    for (const step = 4 << 20; ;) {
      const more = await page.evaluate((i, from, to) => globalThis.files[i].slice(from, to), i, text.length, text.length + step);
      text += more;
      if (more.length < step) break;
    }
    names.push(`${folder}${i}-${program}`);
    await writeFile(names.at(-1), Buffer.from(text, 'base64'));
  }
  return names;
};

const replay = names => {
  const built = process.env.CARGO_TARGET_DIR ?? `${root}target`;
  return spawnSync(`${built}/debug/examples/replay`, names, { encoding: 'utf8' });
};

/** What the native twin says to the recordings: which kinds of questions all had the same answers. */
const replayed = names => {
  const { status, stdout, stderr } = replay(names);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.trimEnd().split('\n').map(line => line.slice(line.indexOf(' ') + 1));
};

/** A model of a yes-or-no outcome, with a table whose outcome mostly follows it. */
const binaryFiles = async folder => {
  const [head, ...rows] = (await readFile(`${reference}binary_logistic_missing.csv`, 'utf8')).trimEnd().split('\n');
  const { margin } = JSON.parse(await readFile(`${reference}binary_logistic_missing.expected.json`, 'utf8'));
  const label = margin.flat().map((m, i) => Number(i % 4 === 0 ? m < 0 : m > 0));
  await writeFile(`${folder}patients.csv`, [`${head},outcome`, ...rows.map((row, i) => `${row},${label[i]}`)].join('\n'));
  return [`${reference}binary_logistic_missing.model.json`, `${folder}patients.csv`];
};

for (const [browser, options] of Object.entries(browsers)) {
  test(`${browser}: every answer of every worker has the bits of the native program`, async ({}, { outputDir }) => {
    test.setTimeout(300_000);
    const folder = `${outputDir}/`;
    await mkdir(folder, { recursive: true });
    const site = await serveSite();
    const started = await puppeteer.launch({ browser, ...options, defaultViewport: { width: 1440, height: 900 } });
    try {
      const page = await started.newPage();
      await page.evaluateOnNewDocument(record);
      const tours = [
        ['', survivalTour],
        ['', async page => binaryTour(page, await binaryFiles(folder))],
        ['?hold=0&workers=2', streamedTour],
      ];
      const kinds = new Set();
      for (const [query, tour] of tours) {
        await page.goto(`${site.url}${query}`);
        await page.waitForSelector('[data-view="start"]', { visible: true });
        await tour(page);
        const names = await written(page, folder);
        for (const kind of replayed(names)) kinds.add(kind);
        // One bit of one answer is noticed.
        const drawn = names.find(name => name.endsWith('-drawer'));
        const bytes = await readFile(drawn);
        bytes[bytes.length - 1] ^= 1;
        await writeFile(drawn, bytes);
        expect(replay([drawn]).stderr).toContain('differs from byte');
      }
      // Nothing was left out.
      expect([...kinds].sort()).toEqual([
        'advance', 'analyse Density', 'analyse Means', 'analyse Mixture',
        'document CSV',
        'draw Cohorts', 'draw Components', 'draw Consensus', 'draw Crossing', 'draw Description', 'draw Effect',
        'draw GroupSums', 'draw Groups', 'draw Heatmap', 'draw Models', 'draw Pair', 'draw Panel', 'draw Performance',
        'draw Profile', 'draw Reality', 'draw Redundancy', 'draw Survival', 'draw Tree', 'draw Trust', 'draw streamed',
        'explain', 'keep', 'load',
        'map Pca Values Correlation', 'map Tsne Attributions Euclidean', 'map Tsne Values Correlation',
        'map Tsne Values Euclidean', 'map Umap Attributions Euclidean',
        'read', 'report', 'stream',
      ]);
    } finally {
      await started.close();
      site.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
