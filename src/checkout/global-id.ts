import { badUserInput } from './errors.ts';
import { PROVIDER_FACTS, PROVIDER_NAMES, type ProviderName } from './provider-name.ts';

/** The session that a global id names. */
export type SessionKey = { provider: ProviderName; providerId: string };

const PROVIDERS: ReadonlyMap<string, ProviderName> = new Map(
  PROVIDER_NAMES.map((provider) => [PROVIDER_FACTS[provider].idLetter, provider]),
);
const VERSION = '1';
/** Longest global id in characters, and the longest provider id in UTF-8 bytes that fits into one. */
export const MAX_GLOBAL_ID = 128;
export const MAX_PROVIDER_ID_BYTES = (MAX_GLOBAL_ID / 4) * 3 - 3;
const CONTROL = /\p{Cc}/u;

/**
 * The opaque, URL-safe id that names the same session for ever: base64url of version, provider letter and provider id.
 * @throws RangeError for a provider id that `checkProviderId` refuses
 */
export function globalId(provider: ProviderName, providerId: string): string {
  const problem = providerIdProblem(providerId);
  if (problem) throw new RangeError(problem);
  return Buffer.from(`${VERSION}${PROVIDER_FACTS[provider].idLetter}:${providerId}`).toString('base64url');
}

/**
 * What a global id names.
 * @throws GatewayError BAD_USER_INPUT when the gateway cannot have made this id
 */
export function parseGlobalId(id: string): SessionKey {
  const malformed = () =>
    badUserInput(`Expected the id of a checkout session as this gateway gives it, got ${excerpt(id)}.`);
  if (id.length === 0 || id.length > MAX_GLOBAL_ID || !/^[\w-]+$/.test(id)) throw malformed();
  const bytes = Buffer.from(id, 'base64url');
  const text = bytes.toString('utf8');
  // Writing it back finds what decoding forgives: stray bits at the end, and bytes that are no UTF-8.
  if (Buffer.from(text).toString('base64url') !== id) throw malformed();
  const provider = text[0] === VERSION && text[2] === ':' ? PROVIDERS.get(text[1] ?? '') : undefined;
  const providerId = text.slice(3);
  if (!provider || providerIdProblem(providerId)) throw malformed();
  return { provider, providerId };
}

/**
 * Lets through what can be a provider's id.
 * @throws GatewayError BAD_USER_INPUT
 */
export function checkProviderId(providerId: string): string {
  const problem = providerIdProblem(providerId);
  if (problem) throw badUserInput(`${problem}, got ${excerpt(providerId)}.`);
  return providerId;
}

/** Whether a text can be a provider's id, and go into a global one. */
export const isProviderId = (text: string): boolean => providerIdProblem(text) === null;

function providerIdProblem(providerId: string): string | null {
  if (providerId === '') return 'Expected a provider id that is not empty';
  if (!providerId.isWellFormed() || CONTROL.test(providerId))
    return 'Expected a provider id without control characters';
  // No escaping keeps these two out of a URL's path resolution, so they could only ever ask for something else.
  if (providerId === '.' || providerId === '..') return 'Expected a provider id';
  if (Buffer.byteLength(providerId) > MAX_PROVIDER_ID_BYTES) {
    return `Expected a provider id of at most ${MAX_PROVIDER_ID_BYTES} bytes`;
  }
  return null;
}

/** Enough of the caller's own text to recognise it, in quotes and escaped. */
function excerpt(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
