// A static server for dist/ with nothing but Node: what a web host does, and no more.
//   node tools/serve.mjs [--port 8080] [--folder dist] [--base /sub/path/]
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Serves `folder` below `base` on this machine only. Resolves to the server once it listens. */
export const serve = ({ folder, port = 0, base = '/' }) => {
  const root = resolve(folder);
  const server = createServer(async (request, response) => {
    const refuse = status => response.writeHead(status, { 'content-type': 'text/plain' }).end(`${status}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    let path;
    try {
      path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    } catch {
      return refuse(400);
    }
    if (!path.startsWith(base)) return refuse(404);
    let file = normalize(join(root, path.slice(base.length)));
    if (file !== root && !file.startsWith(root + sep)) return refuse(404);
    let facts = await stat(file).catch(() => null);
    if (facts?.isDirectory() && path.endsWith('/')) {
      file = join(file, 'index.html');
      facts = await stat(file).catch(() => null);
    }
    if (!facts?.isFile()) return refuse(404);

    const tag = `"${facts.size.toString(36)}-${facts.mtimeMs.toString(36)}"`;
    const headers = { etag: tag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', vary: 'accept-encoding' };
    if (request.headers['if-none-match'] === tag) return response.writeHead(304, headers).end();
    headers['content-type'] = types[extname(file)] ?? 'application/octet-stream';
    const gzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (gzip) headers['content-encoding'] = 'gzip';
    else headers['content-length'] = facts.size;
    response.writeHead(200, headers);
    if (request.method === 'HEAD') return response.end();
    const parts = [createReadStream(file), ...(gzip ? [createGzip()] : []), response];
    pipeline(parts, () => {});
  });
  return new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => listening(server));
  });
};

const main = async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      folder: { type: 'string', default: 'dist' },
      base: { type: 'string', default: '/' },
    },
  });
  const server = await serve({ ...values, port: Number(values.port) }).catch(error => {
    throw error.code === 'EADDRINUSE' ? new Error(`Port ${values.port} is taken; try another, as with --port 8181.`) : error;
  });
  console.log(`Clarimark is at http://localhost:${server.address().port}${values.base} (Ctrl+C ends it)`);
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch(error => {
    console.error(`✗ ${error.message}`);
    process.exit(1);
  });
}
