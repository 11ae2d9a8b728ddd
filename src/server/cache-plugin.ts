import type { ApolloServerPlugin, GraphQLRequestListener, HeaderMap } from '@apollo/server';
import type { CacheReport, GraphQLServerOptions } from './options.ts';

/** With it a request asks for `extensions.cache`. */
const CACHE_INFO_HEADER = 'x-cache-info';

/** Tells what each answer was made of: in its Cache-Control, and in `extensions.cache` when that is asked for. */
export function cachePlugin<Context extends object>({
  cacheReport,
  now = Date.now,
}: GraphQLServerOptions<Context>): ApolloServerPlugin<Context> {
  if (!cacheReport) return {};
  const listener: GraphQLRequestListener<Context> = {
    async willSendResponse({ request, response, contextValue, operation }) {
      if (response.body.kind !== 'single') return;
      const result = response.body.singleResult;
      const report = cacheReport(contextValue);
      const isAskedFor = isOn(request.http?.headers.get(CACHE_INFO_HEADER));
      if (isAskedFor || report.isStale) {
        result.extensions = { ...result.extensions, cache: extensionOf(report, isAskedFor) };
      }
      if (operation?.operation === 'query' && !result.errors && report.freshUntil !== null) {
        const maxAge = Math.max(0, Math.floor((report.freshUntil - now()) / 1000));
        response.http.headers.set('cache-control', `private, max-age=${maxAge}`);
      }
    },
  };
  return { requestDidStart: async () => listener };
}

/** The headers by which a client may keep an answer; none for one that it must not keep. */
export function cacheHeaders(headers: HeaderMap): Record<string, string> {
  const cacheControl = headers.get('cache-control');
  // Apollo sets others of its own.
  if (!cacheControl?.startsWith('private, max-age')) return {};
  return { 'cache-control': cacheControl, vary: `accept, authorization, x-api-key, ${CACHE_INFO_HEADER}` };
}

// That something is old is told to everybody.
const extensionOf = ({ hits, misses, isStale }: CacheReport, isWhole: boolean) =>
  isWhole ? { hits, misses, stale: isStale } : { stale: isStale };

const OFF: ReadonlySet<string> = new Set(['', '0', 'false', 'off', 'no']);

const isOn = (value: string | undefined): boolean => value !== undefined && !OFF.has(value.trim().toLowerCase());
