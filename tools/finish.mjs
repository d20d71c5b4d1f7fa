// Trunk's post_build hook: turns what Trunk has built into what is published. Same input, same bytes out.
//
//   *.css            the imports of style/main.css in one hashed file
//   index.html       integrity hashes, and a Content-Security-Policy that names each inline script by its hash
//   sw.js            keeps the hosted page usable without a network
//   clarimark.html   everything in one file that opens from a disk and may not ask the network for anything
//
// A debug build (`trunk serve --release false`) gets the style sheet only: Trunk's reload script needs a page
// without a policy.
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const source = process.env.TRUNK_SOURCE_DIR ?? '.';
const staging = process.env.TRUNK_STAGING_DIR ?? 'dist';
const release = process.env.TRUNK_PROFILE !== 'debug';

const digest = (algorithm, bytes) => createHash(algorithm).update(bytes).digest('base64');
const integrity = bytes => `sha384-${digest('sha384', bytes)}`;
const shortHash = bytes => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Replaces what must be there exactly once. */
const replaceOnce = (text, part, replacement) => {
  const found = typeof part === 'string' ? text.split(part).length - 1 : [...text.matchAll(part)].length;
  if (found !== 1) throw new Error(`index.html: expected ${part} once, found it ${found} times`);
  return text.replace(part, () => replacement);
};

/** A style sheet with its imports in place: `@import "a.css" layer(b) print;` becomes nested blocks. */
const flatten = async path => {
  const text = await readFile(path, 'utf8');
  const pattern = /^@import\s+"([^"]+)"\s*(?:layer\(([^)]+)\))?\s*([^;]*);/gm;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [statement, name, layer, media] = match;
    let inner = await flatten(resolve(dirname(path), name));
    if (layer) inner = `@layer ${layer} {\n${inner}}\n`;
    if (media) inner = `@media ${media} {\n${inner}}\n`;
    parts.push(text.slice(end, match.index), inner);
    end = match.index + statement.length;
  }
  return parts.join('') + text.slice(end);
};

const filesBelow = async folder => (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
  .sort();

/** The policy hash of every inline script that the browser would run. */
const scriptHashes = html => [...html.matchAll(/<script(?![^>]*\b(?:src|type)=)[^>]*>([\s\S]*?)<\/script>/g)]
  .map(([, text]) => `'sha256-${digest('sha256', text)}'`);

const withPolicy = (html, policy) => replaceOnce(html, '<meta charset="utf-8">',
  `<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">`);

// What both forms have in common. Labels are measured in a span with a style attribute, hence style-src-attr;
// wasm-unsafe-eval permits WebAssembly and no other evaluation.
const sharedPolicy = ["default-src 'none'", "style-src-attr 'unsafe-inline'", "base-uri 'none'", "form-action 'none'"];

const hostedPage = html => withPolicy(html, [
  ...sharedPolicy,
  `script-src 'self' 'wasm-unsafe-eval' ${scriptHashes(html).join(' ')}`,
  "worker-src 'self' blob:", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
  "connect-src 'self'", "manifest-src 'self'",
]);

const dataBlock = (attributes, bytes) => {
  const packed = gzipSync(bytes, { level: 9 });
  return `<script type="application/octet-stream" ${attributes} data-gzip>${packed.toString('base64')}</script>\n`;
};

const oneFilePage = ({ html, css, glue, wasm, programs, icon, studies }) => {
  if (/<\/script|<!--/i.test(glue)) throw new Error('the glue would end its script element early');
  const blocks = studies.map(([path, bytes]) => dataBlock(`data-study-file="${path}"`, bytes)).join('');
  let page = html;
  page = replaceOnce(page, /<link rel="manifest"[^>]*>\n/g, '');
  page = replaceOnce(page, /<link rel="icon"[^>]*>/g,
    `<link rel="icon" href="data:image/svg+xml;base64,${icon.toString('base64')}">`);
  page = replaceOnce(page, /<link rel="stylesheet"[^>]*>/g, `<style>${css}</style>`);
  page = replaceOnce(page, '</head>',
    `<!--clarimark:packed--><!--/clarimark:packed-->\n${blocks}`
    + dataBlock('id="clarimark-wasm"', wasm)
    + programs.map(({ name, glue: script, wasm: code }) =>
      dataBlock(`id="clarimark-${name}-glue"`, script) + dataBlock(`id="clarimark-${name}-wasm"`, code)).join('')
    + '</head>');
  page = replaceOnce(page, /<script id="clarimark-glue"[^>]*><\/script>/g,
    `<script id="clarimark-glue">${glue}</script>`);
  return withPolicy(page, [
    ...sharedPolicy,
    `script-src 'wasm-unsafe-eval' ${scriptHashes(page).join(' ')}`,
    'worker-src blob:', `style-src 'sha256-${digest('sha256', css)}'`, 'img-src data: blob:', "connect-src 'none'",
  ]);
};

const serviceWorker = async (version, files) => (await readFile(join(source, 'page/sw.js'), 'utf8'))
  .replace('/* VERSION */', () => JSON.stringify(version))
  .replace('/* FILES */', () => JSON.stringify(files, null, 2));

const main = async () => {
  const inStaging = name => join(staging, name);
  let html = (await readFile(inStaging('index.html'), 'utf8')).replace(/<!-- (?!\/?clarimark:)[\s\S]*?-->\n?/g, '');

  /** Writes a part under a name that changes with its content, so that browsers may keep it for good. */
  const publish = async (stem, extension, bytes) => {
    const name = `${stem}-${shortHash(bytes)}.${extension}`;
    await writeFile(inStaging(name), bytes);
    return name;
  };

  const css = await flatten(join(source, 'style/main.css'));
  const cssName = await publish('style', 'css', css);
  html = replaceOnce(html, '<link rel="stylesheet" href="style/main.css">',
    `<link rel="stylesheet" href="./${cssName}" integrity="${integrity(css)}">`);

  if (!release) return writeFile(inStaging('index.html'), html);

  const [tag, glueFile, wasmFile] = html.match(
    /<script id="clarimark-glue"[^>]*? src="\.\/([^"]+)" data-wasm="\.\/([^"]+)"><\/script>/,
  );
  const glue = await readFile(inStaging(glueFile), 'utf8');
  const wasm = await readFile(inStaging(wasmFile));
  const icon = await readFile(inStaging('icon.svg'));
  // Trunk's names of the programs that run in workers; nothing of them is in the page it made.
  const programs = await Promise.all(['worker', 'drawer', 'reader'].map(async name => ({
    name, glue: await readFile(inStaging(`${name}.js`), 'utf8'), wasm: await readFile(inStaging(`${name}_bg.wasm`)),
  })));
  const made = programs.flatMap(({ name }) => [`${name}.js`, `${name}_bg.wasm`]);
  await Promise.all([glueFile, wasmFile, ...made].map(name => rm(inStaging(name))));
  const glueName = await publish('app', 'js', glue);
  const wasmName = await publish('app', 'wasm', wasm);
  const attributes = await Promise.all(programs.map(async ({ name, glue: script, wasm: code }) =>
    `data-${name}="./${await publish(name, 'js', script)}" data-${name}-integrity="${integrity(script)}" `
    + `data-${name}-wasm="./${await publish(name, 'wasm', code)}" data-${name}-wasm-integrity="${integrity(code)}"`));
  html = replaceOnce(html, tag, `<script id="clarimark-glue" defer src="./${glueName}" integrity="${integrity(glue)}" `
    + `data-wasm="./${wasmName}" data-wasm-integrity="${integrity(wasm)}" `
    + `${attributes.join(' ')}></script>`);
  const hosted = hostedPage(html);
  await writeFile(inStaging('index.html'), hosted);

  const files = (await filesBelow(staging)).filter(name => name !== 'clarimark.html' && name !== 'sw.js');
  const contents = await Promise.all(files.map(async name => [name, await readFile(inStaging(name))]));
  const version = shortHash(contents.map(([name, bytes]) => `${name} ${digest('sha256', bytes)}\n`).join(''));
  await writeFile(inStaging('sw.js'),
    await serviceWorker(version, files.map(name => name === 'index.html' ? './' : `./${name}`)));

  const studies = contents
    .filter(([name]) => name.startsWith('studies/'))
    .map(([name, bytes]) => [name.slice('studies/'.length), bytes]);
  const oneFile = oneFilePage({ html, css, glue, wasm, programs, icon, studies });
  await writeFile(inStaging('clarimark.html'), oneFile);

  const kilobytes = (...parts) => `${Math.ceil(parts.reduce((sum, part) => sum + gzipSync(part).length, 0) / 1000)} kB`;
  const sizes = programs.map(({ name, glue: script, wasm: code }) => `${name} ${kilobytes(script, code)}`);
  console.log(`page ${kilobytes(hosted, glue, wasm, css)}, ${sizes.join(', ')} compressed; `
    + `clarimark.html ${Math.ceil(oneFile.length / 1000)} kB`);
};

await main();
