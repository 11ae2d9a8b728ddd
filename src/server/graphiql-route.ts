import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Answer } from './answer.ts';
import { GRAPHQL_PATH } from './graphql-route.ts';
import { contentSecurityPolicy, LEAST } from './headers.ts';
import type { Exchange, Route } from './route.ts';

type Page = { gzipped: Buffer; etag: string; policy: string };

/**
 * Holds the page to itself: no browser runs another script than its own, or lets that load from or send to anywhere
 * else. Its workers come from texts within that script, and its editor writes styles as it goes.
 */
const policyFor = (script: string): string =>
  contentSecurityPolicy({
    ...LEAST,
    'script-src': `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    'worker-src': 'blob:',
    'style-src': "'unsafe-inline'",
    'img-src': 'data:',
    'font-src': 'data:',
    // The gateway, by WebSocket too.
    'connect-src': "'self'",
  });

/** The page has one script, and all that it needs is in it. */
function scriptIn(html: string): string {
  const [start, end] = [
    html.lastIndexOf('<script>', html.indexOf('function prepareBlob')),
    html.lastIndexOf('</script>'),
  ];
  return html.slice(start + '<script>'.length, end);
}

/**
 * Subscriptions come by WebSocket, where no headers can be sent: what stands in the headers' tab, such as a key, goes
 * with the first message instead. The page does that for what is called connection parameters only.
 */
const withConnectionParams = (html: string): string =>
  html.replace('extensions:{headers:y?.headers}', 'extensions:{headers:y?.headers,connectionParams:y?.headers}');

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** 9 MB of HTML with all scripts inside, so the module is loaded for the first who asks and only the zip is kept. */
async function buildPage(defaultQuery: string | undefined): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    endpoint: GRAPHQL_PATH,
    title: 'Checkout gateway',
    subscriptionsProtocol: 'WS',
    ...(defaultQuery !== undefined && { defaultQuery }),
  });
  const html = withConnectionParams(page);
  const gzipped = await zip(html);
  const etag = `"${createHash('sha256').update(gzipped).digest('base64url')}"`;
  return { gzipped, etag, policy: policyFor(scriptIn(html)) };
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

async function pageAnswer({ gzipped, etag, policy }: Page, { request }: Exchange): Promise<Answer> {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
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
