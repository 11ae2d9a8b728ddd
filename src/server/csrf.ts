import type { IncomingHttpHeaders } from 'node:http';

/** Headers of which any browser sends at least one with a request that a foreign page made it send. */
const BROWSER_HEADERS = ['origin', 'sec-fetch-site', 'referer', 'cookie'] as const;

/**
 * Whether a request cannot be one that a foreign page made a browser send. Forgery is a matter of browsers: they carry
 * what the user is trusted with and can be steered by any page, curl can not. So a plain GET of a program needs none of
 * the headers by which Apollo's CSRF prevention tells forged requests. The name of the browser is looked at as well
 * because over plain http browsers leave sec-fetch-site out, and a page can suppress the referrer.
 */
export const isOutsideBrowsers = (headers: IncomingHttpHeaders): boolean =>
  BROWSER_HEADERS.every((name) => headers[name] === undefined) && !headers['user-agent']?.startsWith('Mozilla/');
