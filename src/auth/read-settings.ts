import { createHash } from 'node:crypto';
import { SCOPES, type Scope } from '../checkout/caller.ts';
import { isLoopback } from '../checkout/url.ts';
import type { ApiKey } from './api-keys.ts';
import type { AuthConfig } from './authenticator.ts';
import type { JwtSettings } from './jwt.ts';
import { readPublicKey } from './public-key.ts';

/** Settings by name; a problem stops the start. */
type Settings = {
  text(name: string): string | undefined;
  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined;
  url(name: string, protocols: readonly string[]): string | undefined;
  problem(name: string, expected: string, got: string): void;
  /** Values that must never be shown. */
  secrets: string[];
};

const MODES = ['none', 'api-key', 'jwt'] as const;

/** The mode that each setting is for. One that is set and has no effect would promise safety. */
const SETTINGS_OF = {
  'api-key': ['API_KEYS'],
  jwt: ['JWT_JWKS_URL', 'JWT_PUBLIC_KEY', 'JWT_ISSUER', 'JWT_AUDIENCE'],
} as const;

/** How callers are told apart; what is wrong becomes a problem, and then the result is of no use. */
export function readAuth(settings: Settings): AuthConfig {
  const chosen = settings.choice('AUTH_MODE', MODES);
  const mode = chosen ?? 'none';
  // With a mode that does not exist, what belongs to it cannot be told.
  if (chosen === undefined && settings.text('AUTH_MODE') !== undefined) return { mode: 'none' };
  for (const [other, names] of Object.entries(SETTINGS_OF)) {
    for (const name of other === mode ? [] : names) {
      if (settings.text(name) === undefined) continue;
      settings.problem(name, `to be left out unless AUTH_MODE is ${other}, and it is ${mode}`, 'a value');
    }
  }
  if (mode === 'api-key') return { mode, keys: readApiKeys(settings) };
  return mode === 'jwt' ? { mode, ...readJwt(settings) } : { mode };
}

function needed(settings: Settings, name: string, mode: AuthConfig['mode']): string {
  const value = settings.text(name);
  if (value === undefined) settings.problem(name, `to be set because AUTH_MODE is ${mode}`, 'nothing');
  return value ?? '';
}

/** The parts of an entry; the words after the hash have colons of their own. */
const ENTRY = /^\s*([\w.-]{1,64})\s*:\s*([0-9a-f]{64})\s*:\s*(\S.*?)\s*$/is;

const ENTRIES = 'name:hash:scopes, separated by commas, the hash being the SHA-256 of the key in 64 hexadecimal digits';

/** Shows nothing of what stands there, no names either: where a name is expected, somebody may have written the key itself. */
function readApiKeys(settings: Settings): ApiKey[] {
  const keys: ApiKey[] = [];
  const text = needed(settings, 'API_KEYS', 'api-key');
  for (const [index, entry] of text === '' ? [] : text.split(',').entries()) {
    const [, name = '', hash = '', words = ''] = ENTRY.exec(entry) ?? [];
    if (hash !== '') settings.secrets.push(...new Set([hash, hash.toLowerCase()]));
    const key = { name, hash: Buffer.from(hash, 'hex'), scopes: scopesIn(words) };
    const wrong = wrongIn(key, keys);
    if (wrong) settings.problem('API_KEYS', wrong.expected, `${wrong.got} in entry ${index + 1}`);
    else keys.push(key);
  }
  return keys;
}

/** The one that a client has, and the one that it changes over to. */
const MAX_KEYS_OF_A_NAME = 2;

/** What comes of a key that was not set when its hash was made. Requests without a key are never held against it. */
const HASH_OF_NOTHING = createHash('sha256').digest();

/** Why a key cannot stand beside those before it. */
function wrongIn(
  { name, hash, scopes }: ApiKey,
  before: readonly ApiKey[],
): { expected: string; got: string } | undefined {
  if (name === '') return { expected: ENTRIES, got: 'something else' };
  if (scopes.length === 0) return { expected: `${SCOPES.join(' or ')} as scopes`, got: 'something else' };
  if (hash.equals(HASH_OF_NOTHING)) return { expected: 'the SHA-256 of a key', got: 'that of an empty text' };
  if (before.some((one) => one.hash.equals(hash))) return { expected: 'each key once', got: 'a repeated one' };
  const namesakes = before.filter((one) => one.name === name);
  if (namesakes.length === MAX_KEYS_OF_A_NAME) {
    return { expected: `at most ${MAX_KEYS_OF_A_NAME} keys for a name`, got: 'another' };
  }
  // A name is one caller, and what it may do must not change with the key that it happens to show.
  if (namesakes.some((one) => one.scopes.join() !== scopes.join())) {
    return { expected: 'the same scopes for both keys of a name', got: 'others' };
  }
  return undefined;
}

/** Empty when a word is none of them, or comes twice: it may be meant as another. */
function scopesIn(words: string): Scope[] {
  const list = words.split(/\s+/);
  const scopes = SCOPES.filter((scope) => list.includes(scope));
  return scopes.length === list.length ? scopes : [];
}

function readJwt(settings: Settings): JwtSettings {
  const issuer = needed(settings, 'JWT_ISSUER', 'jwt');
  const audience = needed(settings, 'JWT_AUDIENCE', 'jwt');
  const jwksUrl = readJwksUrl(settings);
  const text = settings.text('JWT_PUBLIC_KEY');
  const [hasUrl, hasKey] = [settings.text('JWT_JWKS_URL') !== undefined, text !== undefined];
  if (hasUrl === hasKey) {
    settings.problem('JWT_JWKS_URL, JWT_PUBLIC_KEY', 'one of the two when AUTH_MODE is jwt', hasUrl ? 'both' : 'none');
  }
  const publicKey = text === undefined ? undefined : readPublicKey(text);
  if (!publicKey) return { issuer, audience, keys: { jwksUrl } };
  if (!('problem' in publicKey)) return { issuer, audience, keys: publicKey };
  settings.problem('JWT_PUBLIC_KEY', PUBLIC_KEY, publicKey.problem);
  return { issuer, audience, keys: { jwksUrl } };
}

const PUBLIC_KEY =
  'a public key in PEM (BEGIN PUBLIC KEY) or as a JWK: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519';

/** Who can change what comes from there can sign tokens. */
function readJwksUrl(settings: Settings): string {
  const name = 'JWT_JWKS_URL';
  const value = settings.url(name, ['http:', 'https:']);
  if (value === undefined) return '';
  const { protocol, hostname, origin, username, password, hash } = new URL(value);
  if (username || password || hash) settings.problem(name, 'a URL without user and fragment', JSON.stringify(origin));
  else if (protocol === 'http:' && !isLoopback(hostname)) {
    settings.problem(name, 'https:// for what is not on this machine', JSON.stringify(origin));
  }
  return value;
}
