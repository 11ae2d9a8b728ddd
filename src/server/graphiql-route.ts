import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Answer } from './answer.ts';
import { GRAPHQL_PATH } from './graphql-route.ts';
import type { Exchange, Route } from './route.ts';

type Page = { gzipped: Buffer; etag: string };

/** Holds the page to itself: whatever its scripts try, no browser lets them load from or send to anywhere else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** 9 MB of HTML with all scripts inside, so the module is loaded for the first who asks and only the zip is kept. */
async function buildPage(defaultQuery: string | undefined): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    endpoint: GRAPHQL_PATH,
    title: 'Checkout gateway',
    ...(defaultQuery !== undefined && { defaultQuery }),
  });
  const gzipped = await zip(html);
  return { gzipped, etag: `"${createHash('sha256').update(gzipped).digest('base64url')}"` };
}

/** An explorer that needs nothing from outside: it works where there is no internet. */
export function graphiqlRoute(exampleQuery: string | undefined): Route {
  let page: Promise<Page> | undefined;
  return {
    path: '/graphiql',
    methods: ['GET', 'HEAD'],
    async answer(exchange) {
      page ??= buildPage(exampleQuery);
      return pageAnswer(await page, exchange);
    },
  };
}

async function pageAnswer({ gzipped, etag }: Page, { request }: Exchange): Promise<Answer> {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    // The page holds no data, so browsers may keep it, and ask whether it is still the same.
    'cache-control': 'no-cache',
    etag,
    vary: 'accept-encoding',
  };
  if (request.headers['if-none-match']?.includes(etag)) return { status: 304, headers, body: '' };
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    return { status: 200, headers, body: await unzip(gzipped) };
  }
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipped };
}
