import type { UpstreamRequest } from './request.ts';

/**
 * The base URL without a slash at its end.
 * @throws TypeError, without the text: an address is not for everyone's eyes
 */
export function baseOf(baseUrl: string): string {
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new TypeError('The base URL of a provider must be an absolute http or https URL.');
  }
  return baseUrl.replace(/\/+$/, '');
}

/** Where a request goes. Brackets and braces are escaped like all else: every server undoes that. */
export function targetOf(base: string, { path, query }: Pick<UpstreamRequest, 'path' | 'query'>): string {
  if (!query || query.length === 0) return base + path;
  return `${base + path}?${query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&')}`;
}

const escaped = (text: string): string => encodeURIComponent(text.toWellFormed());
