// Serves the playground and hands its questions to the companion, in Grafana's place: `/api/ds/query` and the resources and
// health of the one data source. It listens on loopback only, and holds the companion's rules against DNS rebinding and
// cross-site requests, because the companion behind it may run without keys.
import { createReadStream, statSync } from 'node:fs';
import http from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
};
const RESOURCE = /^\/api\/datasources\/uid\/apitrail\/resources\/(keys|values|datasets|sql-schema)$/;
const COHORTS =
  /^\/api\/datasources\/uid\/apitrail\/resources\/(cohorts(?:\/[a-z0-9][a-z0-9._-]{0,63}(\/members|\/push)?)?)$/;
const MAX_BODY = 1 << 20;
/** Methods that send something. */
const SENDING = new Set(['POST', 'PUT']);

/** The companion's path and method for a path of the playground; undefined when there is none. */
function companionPath(method, pathname) {
  if (method === 'POST' && pathname === '/api/ds/query') {
    return '/api/ds/query';
  }
  if (method === 'GET' && pathname === '/api/health') {
    return '/api/health';
  }
  if (method === 'GET' && pathname === '/api/live') {
    return '/api/live';
  }
  const cohorts = COHORTS.exec(pathname);
  if (cohorts) {
    return cohortMethods(cohorts[1], cohorts[2]).includes(method) ? `/api/resources/${cohorts[1]}` : undefined;
  }
  const resource = RESOURCE.exec(pathname);
  return resource && (method === 'GET' || method === 'POST') ? `/api/resources/${resource[1]}` : undefined;
}

/** What may be asked of saved cohorts: of all of them, of one, of its `/members` and its `/push`. */
function cohortMethods(path, part) {
  if (path === 'cohorts' || part === '/members') {
    return ['GET'];
  }
  return part === '/push' ? ['POST'] : ['GET', 'PUT', 'DELETE'];
}

/**
 * Starts the playground.
 * @param {{ port: number, companion: string, apiKey?: string }} options `companion` is the address of its query listener.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} Rejects when the port is in use.
 */
export async function servePlayground({ port, companion, apiKey }) {
  const target = new URL(companion);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  let allowedHosts = new Set();

  const server = http.createServer((request, response) => {
    const refuse = (status, message) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ message }));
    };
    const { method = 'GET', headers } = request;
    if (!allowedHosts.has(headers.host ?? '')) {
      return refuse(403, 'This host name is not the playground’s.');
    }
    if (headers.origin !== undefined && !allowedHosts.has(headers.origin.replace(/^http:\/\//, ''))) {
      return refuse(403, 'Another site may not ask the playground.');
    }
    const url = new URL(request.url ?? '/', 'http://playground');
    if (url.pathname.startsWith('/api/')) {
      const path = companionPath(method, url.pathname);
      if (!path) {
        return refuse(404, 'The playground has no such address.');
      }
      if (SENDING.has(method) && !(headers['content-type'] ?? '').startsWith('application/json')) {
        return refuse(415, 'Questions must be application/json.');
      }
      return forward(request, response, path + url.search, refuse);
    }
    if (method !== 'GET' && method !== 'HEAD') {
      return refuse(405, 'The playground’s pages are only read.');
    }
    return serveFile(url.pathname, response);
  });

  function forward(request, response, path, refuse) {
    const outgoing = http.request(
      {
        agent,
        host: target.hostname,
        port: target.port,
        path,
        method: request.method,
        headers: {
          accept: path.startsWith('/api/live') ? 'application/x-ndjson' : 'application/json',
          ...(SENDING.has(request.method) ? { 'content-type': 'application/json' } : {}),
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
      },
      (incoming) => {
        response.writeHead(incoming.statusCode ?? 502, {
          'Content-Type': incoming.headers['content-type'] ?? 'application/json',
          'Cache-Control': 'no-store',
        });
        incoming.pipe(response);
      }
    );
    outgoing.on('error', () => {
      if (!response.headersSent) {
        refuse(502, `The companion at ${companion} does not answer.`);
      }
    });
    // A reader that goes away ends its query.
    response.on('close', () => outgoing.destroy());
    let size = 0;
    request.on('data', (chunk) => {
      size += chunk.length;
      if (size > MAX_BODY) {
        outgoing.destroy();
        refuse(413, 'The question is larger than 1 MB.');
        request.destroy();
      }
    });
    request.pipe(outgoing);
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = server.address().port;
  allowedHosts = new Set(['localhost', '127.0.0.1', '[::1]'].map((host) => `${host}:${bound}`));
  return {
    url: `http://localhost:${bound}`,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function serveFile(pathname, response) {
  const path = join(ROOT, normalize(decodeURIComponent(pathname)));
  const file = path.startsWith(ROOT) && isFile(path) ? path : join(ROOT, 'index.html');
  if (file.endsWith('index.html') && extname(pathname) !== '' && extname(pathname) !== '.html') {
    response.writeHead(404);
    return response.end();
  }
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Cache-Control': file.includes('chunks') ? 'max-age=31536000, immutable' : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  });
  return createReadStream(file).pipe(response);
}

function isFile(path) {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
