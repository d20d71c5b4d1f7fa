// Starts Clarimark, and gives the program the four things that differ between its two forms:
//
//   hosted    the four programs (a glue script and a WebAssembly each) and the studies are files beside the page
//   one-file  they are blocks inside the page, and the page may not ask the network for anything
//
// What the program finds on globalThis, the same in both forms:
//
//   clarimarkForm           "hosted" or "one-file"
//   clarimarkWorkers(name)  Promise. Workers of this program can be made: "worker" (the default), which computes and is
//                           loaded after the page has appeared, or "drawer" or "reader", which are loaded when they are
//                           first asked for.
//   clarimarkWorker(name)   Worker, from then on. The compiled module is on its way already; messages may be posted
//                           at once, none is lost: they are delivered after the program's main() has returned. If
//                           it cannot start there, the worker's `error` event fires.
//   clarimarkFile(path)     Promise<Uint8Array>. A file of the example studies, such as "pbc/study.json".
//   clarimarkPacked()       Promise<Map<path, Uint8Array>>, or null. The study packed into this page.
//   clarimarkPage()         Promise<Uint8Array>. The one-file page without what the program has drawn: a template
//                           to pack a study into.
//
// A page is packed by replacing everything between the comments "clarimark:packed" and "/clarimark:packed" in
// its head with one script element for each file, holding the base64 text of the bytes, with these attributes:
//
//   type="application/octet-stream"   so it is data, not a program, and the page's policy need not know it
//   data-packed-file="model.json"     the path within the study, escaped as an attribute
//   data-gzip                         present when the bytes were compressed before they became base64
(() => {
  'use strict';

  const glue = document.getElementById('clarimark-glue');
  const embedded = document.getElementById('clarimark-wasm');
  const embeddedPart = (name, part) => document.getElementById(`clarimark-${name}-${part}`);
  const form = embedded ? 'one-file' : 'hosted';
  const decoder = new TextDecoder();

  /** A sentence a reader can act on. */
  class Obstacle extends Error {}

  // ---- The parts, wherever they are

  const bytesOfBlock = async element => {
    const text = atob(element.textContent.trim());
    const bytes = Uint8Array.from(text, character => character.charCodeAt(0));
    if (!element.hasAttribute('data-gzip')) return bytes;
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(inflated).arrayBuffer());
  };

  const bytesOfFile = async (url, integrity = '') => {
    const name = url.split('/').pop();
    let response;
    try {
      response = await fetch(url, { integrity, credentials: 'omit' });
    } catch (error) {
      // A browser does not say whether it was the network or the integrity hash.
      throw new Obstacle(`${name} could not be loaded, or is not what was published (${error.message}).`);
    }
    if (!response.ok) throw new Obstacle(`${name} could not be loaded (status ${response.status}).`);
    return new Uint8Array(await response.arrayBuffer());
  };

  const compile = async bytes => {
    try {
      return await WebAssembly.compile(bytes);
    } catch (error) {
      throw new Obstacle(`This browser cannot run the program: ${error.message}. `
        + 'Firefox, Chrome and Edge from 2021 and Safari from 2023 (16.4) can.');
    }
  };

  const loadPage = async () => {
    if (typeof WebAssembly !== 'object') {
      throw new Obstacle('This browser does not run WebAssembly, or a setting forbids it.');
    }
    return compile(await (embedded
      ? bytesOfBlock(embedded)
      : bytesOfFile(glue.dataset.wasm, glue.dataset.wasmIntegrity)));
  };

  const loadWorker = async name => {
    const of = key => glue.dataset[`${name}${key}`];
    const [text, bytes] = await Promise.all(embedded
      ? [bytesOfBlock(embeddedPart(name, 'glue')), bytesOfBlock(embeddedPart(name, 'wasm'))]
      : [bytesOfFile(of(''), of('Integrity')), bytesOfFile(of('Wasm'), of('WasmIntegrity'))]);
    return [decoder.decode(text), await compile(bytes)];
  };

  // ---- What the program may ask for

  // Runs in the worker, after the glue.
  const workerStart = () => {
    const early = [];
    const hold = event => early.push(event);
    self.onmessage = ({ data: { module } }) => {
      self.onmessage = hold;
      wasm_bindgen({ module_or_path: module }).then(
        () => {
          if (self.onmessage === hold) self.onmessage = null;
          for (const { data, ports } of early) self.dispatchEvent(new MessageEvent('message', { data, ports }));
        },
        // Thrown outside the promise, it reaches the page as the worker's error event.
        error => setTimeout(() => { throw error; }),
      );
    };
  };

  // The script and the module are held here, so a worker starts without a network, and also after the files beside
  // the page have been replaced by a newer version.
  const ready = {};
  const make = {};
  globalThis.clarimarkWorkers = (name = 'worker') => {
    ready[name] ??= loadWorker(name).then(([glueText, module]) => {
      const script = URL.createObjectURL(
        new Blob([glueText, `\n;(${workerStart})();\n`], { type: 'text/javascript' }),
      );
      make[name] = () => {
        const worker = new Worker(script, { name: 'clarimark' });
        worker.postMessage({ module });
        return worker;
      };
    });
    // Whoever asks next tries again.
    const loading = ready[name];
    loading.catch(() => { delete ready[name]; });
    return loading;
  };
  globalThis.clarimarkWorker = (name = 'worker') => make[name]();

  const packed = [...document.querySelectorAll('script[data-packed-file]')];
  const page = embedded && `<!doctype html>\n${document.documentElement.outerHTML}\n`;

  globalThis.clarimarkForm = form;
  globalThis.clarimarkFile = async path => {
    if (!embedded) return bytesOfFile(`./studies/${path.split('/').map(encodeURIComponent).join('/')}`);
    const block = document.querySelector(`script[data-study-file="${CSS.escape(path)}"]`);
    if (!block) throw new Obstacle(`${path} is not in this page.`);
    return bytesOfBlock(block);
  };
  globalThis.clarimarkPacked = () => packed.length === 0 ? null : Promise.all(
    packed.map(async block => [block.dataset.packedFile, await bytesOfBlock(block)]),
  ).then(entries => new Map(entries));
  globalThis.clarimarkPage = async () =>
    embedded ? new TextEncoder().encode(page) : bytesOfFile('./clarimark.html');

  // ---- Start, and what to say when it fails

  const explain = (title, detail, advice) => {
    document.getElementById('clarimark-starting')?.remove();
    if (document.getElementById('clarimark-stopped')) return;
    const box = document.createElement('section');
    box.id = 'clarimark-stopped';
    box.setAttribute('role', 'alert');
    const line = (tag, text) => box.appendChild(document.createElement(tag)).append(text);
    line('h1', title);
    line('p', detail);
    line('p', advice);
    const reload = document.createElement('button');
    reload.append('Reload the page');
    reload.addEventListener('click', () => location.reload());
    box.append(reload);
    document.body.prepend(box);
  };

  // A trap ends the program for good: say so instead of leaving a page that no longer answers.
  const stopped = error => {
    if (typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError) {
      explain('Clarimark has stopped', `An error in the program itself (${error.message}).`,
        'Your files are unchanged, and the view is still in the address bar: reloading brings it back.');
    }
  };
  addEventListener('error', event => stopped(event.error));
  addEventListener('unhandledrejection', event => stopped(event.reason));

  const parsed = new Promise(resolve => {
    if (document.readyState !== 'loading') resolve();
    else document.addEventListener('DOMContentLoaded', resolve, { once: true });
  });

  const start = async () => {
    const [module] = await Promise.all([loadPage(), parsed]);
    if (typeof wasm_bindgen !== 'function') throw new Obstacle(`${glue.src.split('/').pop()} could not be loaded.`);
    await wasm_bindgen({ module_or_path: module });
    document.getElementById('clarimark-starting')?.remove();
    // While the reader looks for a study. A failure is told when somebody needs it.
    clarimarkWorkers().catch(() => {});
  };

  start().catch(error => {
    console.error(error);
    explain('Clarimark could not start',
      error instanceof Obstacle ? error.message : `An error in the program itself (${error.message}).`,
      'Please reload the page, or open it in a current Firefox, Chrome, Edge or Safari.');
  });

  // Keeps the hosted page usable without a network. A copy opened from a disk needs no such help.
  if (form === 'hosted' && 'serviceWorker' in navigator && location.protocol.startsWith('http')) {
    addEventListener('load', () => navigator.serviceWorker.register('./sw.js').catch(() => {}));
  }
})();
