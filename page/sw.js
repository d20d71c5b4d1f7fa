// Keeps Clarimark usable without a network. tools/finish.mjs writes the version, a hash over all files, and their
// names. Other pages may live on the same origin, even other copies of Clarimark: the cache's name holds the scope.
const version = /* VERSION */;
const files = /* FILES */;

const family = `clarimark ${self.registration.scope} `;
const cacheName = family + version;
const fileUrls = new Set(files.map(name => new URL(name, self.registration.scope).href));
/** Such a name changes with its content, so a stored copy is never out of date. */
const isHashed = url => /-[0-9a-f]{16}\.\w+$/.test(url);

self.addEventListener('install', event => {
  const store = async () => {
    const cache = await caches.open(cacheName);
    await cache.addAll([...fileUrls].map(url => new Request(url, { cache: isHashed(url) ? 'default' : 'no-cache' })));
    await self.skipWaiting();
  };
  event.waitUntil(store());
});

self.addEventListener('activate', event => {
  const tidy = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter(name => name.startsWith(family) && name !== cacheName).map(name => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener('fetch', event => {
  const { request } = event;
  const url = request.url.replace(/[?#].*$/, '').replace(/\/index\.html$/, '/');
  if (request.method !== 'GET' || !fileUrls.has(url)) return;
  const answer = async () => {
    const cache = await caches.open(cacheName);
    const stored = await cache.match(url);
    if (stored && isHashed(url)) return stored;
    // The rest keeps its name when its content changes: newest first, and the stored copy without a network.
    try {
      return await fetch(request);
    } catch (error) {
      if (stored) return stored;
      throw error;
    }
  };
  event.respondWith(answer());
});
