// Nothing leaves the machine: the page does not try, and its policy would not let it.
import { expect, forms, openExample, test } from './clarimark.mjs';

for (const form of forms) {
  test(`${form}: the policy refuses every way to another origin`, async ({ page, open }) => {
    const faults = await open(form);
    faults.expected.push(/Content Security Policy|example\.org/);
    const outcome = await page.evaluate(async () => {
      const refused = [];
      addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
      const tries = {
        fetch: () => fetch('https://example.org/'),
        socket: () => new Promise((done, failed) => {
          const socket = new WebSocket('wss://example.org/');
          socket.onopen = done;
          socket.onerror = failed;
        }),
        image: () => new Promise((done, failed) => {
          const image = new Image();
          image.onload = done;
          image.onerror = failed;
          image.src = 'https://example.org/pixel.png';
        }),
        script: () => new Promise((done, failed) => {
          const script = document.createElement('script');
          script.onload = done;
          script.onerror = failed;
          script.src = 'https://example.org/script.js';
          document.head.append(script);
        }),
      };
      const left = [];
      for (const [name, attempt] of Object.entries(tries)) await attempt().then(() => left.push(name), () => {});
      navigator.sendBeacon('https://example.org/');
      await new Promise(done => setTimeout(done, 200));
      return { left, refused: refused.sort() };
    });
    expect(outcome.left).toEqual([]);
    expect(outcome.refused).toEqual(['connect-src', 'connect-src', 'connect-src', 'img-src', 'script-src-elem']);
  });

  test(`${form}: markup and text do not become programs`, async ({ page, open }) => {
    const faults = await open(form);
    faults.expected.push(/Content Security Policy/);
    const ran = await page.evaluate(async () => {
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="globalThis.ran = \'handler\'">');
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = "inline"';
      document.body.append(script);
      try { globalThis.setTimeout('globalThis.ran = "string"'); } catch { /* refused */ }
      await new Promise(done => setTimeout(done, 200));
      return globalThis.ran ?? 'nothing';
    });
    expect(ran).toBe('nothing');
  });

  test(`${form}: a session leaves nothing behind in the browser`, async ({ page, context, open }) => {
    await open(form);
    await openExample(page);
    const kept = await page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
    expect(kept).toEqual({ local: [], session: [], databases: [] });
    expect(await context.cookies()).toEqual([]);
  });
}
