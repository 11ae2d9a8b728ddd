import { readFileSync } from 'node:fs';

/**
 * Reads settings by name and gathers what is wrong with them, so that one start tells everything. An empty setting
 * counts as not set.
 */
export class SettingsReader {
  readonly #environment: NodeJS.ProcessEnv;
  /** A sentence for each setting that is wrong. */
  readonly problems: string[] = [];
  /** Values that must never be shown. */
  readonly secrets: string[] = [];

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  problem(name: string, expected: string, got: string): void {
    this.problems.push(`${name}: expected ${expected}, got ${got}.`);
  }

  text(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** Goes into an HTTP header, so it may hold no space, no control character and nothing outside ASCII. */
  headerValue(name: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !/^[\x21-\x7e]+$/.test(value)) {
      this.problem(
        name,
        'visible ASCII characters without spaces',
        `${value.length} characters with others among them`,
      );
    }
    return value;
  }

  /** A header value that is never shown. */
  secret(name: string): string | undefined {
    const value = this.headerValue(name);
    if (value !== undefined) this.secrets.push(value);
    return value;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.problem(name, `a whole number from ${min} to ${max}`, JSON.stringify(value));
    return undefined;
  }

  /** So many in so many seconds, such as `600/60`; null for `off`. */
  rate(name: string): { points: number; seconds: number } | null | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value === 'off') return null;
    const [points = 0, seconds = 0] = /^\d+\/\d+$/.test(value) ? value.split('/').map(Number) : [];
    const fits = points >= 1 && points <= MAX_RATE_POINTS && seconds >= 1 && seconds <= MAX_RATE_SECONDS;
    if (fits) return { points, seconds };
    this.problem(name, RATE, JSON.stringify(value));
    return undefined;
  }

  /** What stands in a file. */
  fileText(name: string): string | undefined {
    const path = this.text(name);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.problem(name, 'a file that can be read', `${JSON.stringify(path)}, which gives ${code}`);
      return undefined;
    }
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    const choice = choices.find((word) => word === value);
    if (value !== undefined && choice === undefined) this.problem(name, oneOf(choices), JSON.stringify(value));
    return choice;
  }

  flag(name: string): boolean | undefined {
    const choice = this.choice(name, ['true', 'false', '1', '0', 'on', 'off']);
    return choice === undefined ? undefined : ['true', '1', 'on'].includes(choice);
  }

  /** An absolute URL of one of the protocols; with `list`, several separated by commas. */
  url(name: string, protocols: readonly string[], { list = false } = {}): string | undefined {
    const value = this.text(name);
    for (const part of value === undefined ? [] : list ? value.split(',') : [value]) {
      const url = URL.parse(part.trim());
      const isAbsolute = protocols.some((protocol) => part.trim().toLowerCase().startsWith(`${protocol}//`));
      if (!url || !isAbsolute || url.hostname === '' || /\s/.test(part.trim())) {
        this.problem(
          name,
          `an absolute URL that begins with ${oneOf(protocols.map((protocol) => `${protocol}//`))}`,
          // A part of a list may be a part of a password.
          shown(value ?? part),
        );
        return undefined;
      }
    }
    return value;
  }

  /** One address of Redis or, separated by commas, several of a cluster. The passwords in them are never shown. */
  redisUrl(name: string): string | undefined {
    const value = this.url(name, ['redis:', 'rediss:'], { list: true });
    const parts = value?.split(',').map((part) => part.trim()) ?? [];
    for (const part of parts) {
      const { username = '', password = '', pathname = '' } = URL.parse(part) ?? {};
      if (password) this.secrets.push(part, password, decoded(password) ?? password);
      if (decoded(username) === null || decoded(password) === null) {
        this.problem(name, 'a user and a password whose special characters are percent-encoded', shown(part));
      } else if (!/^\/?$/.test(pathname) && (parts.length > 1 || !/^\/\d{1,4}$/.test(pathname))) {
        const expected = parts.length > 1 ? 'URLs of a cluster, which has no databases to choose from' : DATABASE;
        this.problem(name, expected, shown(part));
      }
    }
    return value;
  }

  /** Origins of pages, separated by commas, or `*` alone; each comes out as browsers send it. */
  origins(name: string): string[] {
    const parts = this.text(name)?.split(',') ?? [];
    const texts = parts.map((part) => part.trim());
    if (texts.length === 1 && texts[0] === '*') return texts;
    const origins = texts.map(originOf);
    const wrong = texts.find((_, index) => origins[index] === undefined);
    if (wrong === undefined) return [...new Set(origins.filter((origin) => origin !== undefined))];
    this.problem(name, ORIGINS, wrong === '*' ? '* beside others' : shown(wrong));
    return [];
  }

  /** Where a provider's API is, without a slash at the end. */
  baseUrl(name: string): string | undefined {
    const value = this.url(name, ['http:', 'https:']);
    if (value === undefined) return undefined;
    const url = new URL(value);
    if (url.username || url.password || url.search || url.hash) {
      this.problem(name, 'a URL without user, query and fragment', shown(value));
    }
    return value.replace(/\/+$/, '');
  }

  /** A secret of so many bytes. */
  base64(name: string, bytes: number): Buffer | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    this.secrets.push(value);
    const key = /^[A-Za-z0-9+/_-]+={0,2}$/.test(value) ? Buffer.from(value, 'base64') : Buffer.alloc(0);
    if (key.length === bytes) return key;
    this.problem(name, `${bytes} bytes in base64`, key.length > 0 ? `${key.length} bytes` : 'something else');
    return undefined;
  }

  /**
   * The secrets that a provider signs its webhooks with, separated by commas: there are two while one replaces the other.
   * Each is base64, with `whsec_` or the like before it or without.
   */
  webhookSecrets(name: string): string[] {
    const secrets = this.text(name)
      ?.split(',')
      .map((part) => part.trim());
    for (const secret of secrets ?? []) {
      const base64 = secret.replace(WEBHOOK_PREFIX, '');
      this.secrets.push(...[secret, base64].filter((text, index, all) => text !== '' && all.indexOf(text) === index));
      const { length } = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : '';
      if (length < MIN_WEBHOOK_KEY || length > MAX_WEBHOOK_KEY) {
        const got = secret === '' ? 'an empty one' : length > 0 ? `one of ${length} bytes` : 'something else';
        this.problem(name, WEBHOOK_SECRETS, got);
        return [];
      }
    }
    return secrets ?? [];
  }

  /** The first makes no sense without the second. */
  needs(name: string, other: string): void {
    if (this.text(name) !== undefined) this.problem(other, `to be set because ${name} is`, 'nothing');
  }
}

const ORIGINS = 'origins such as https://shop.example, without a path or wildcards, separated by commas, or * alone';

/** Nothing but scheme, host and port. The parser would pass over users, paths and line breaks, and take \\ for /. */
const ORIGIN = /^https?:\/\/[^*\s\p{Cc}@/\\?#]+\/?$/iu;

/**
 * An origin as browsers send it: in lower case, without the usual port and a slash at the end. `null`, the origin of pages
 * that have none, is not one: anybody can make such a page. A `*` is none but alone: no browser sends it, and whoever wrote
 * it meant more than one.
 */
const originOf = (text: string): string | undefined => (ORIGIN.test(text) ? URL.parse(text)?.origin : undefined);

const DATABASE = 'a URL that ends with the host, the port or the number of a database, such as /2';

/** `whsec_` of Standard Webhooks, which some put a letter before. Base64 has no underscore. */
const WEBHOOK_PREFIX = /^[a-z]*whsec_/;
// Bytes. Svix makes 24 and takes up to 75.
const MIN_WEBHOOK_KEY = 16;
const MAX_WEBHOOK_KEY = 75;
const WEBHOOK_SECRETS = `secrets of ${MIN_WEBHOOK_KEY} to ${MAX_WEBHOOK_KEY} bytes in base64, as the provider shows them, separated by commas`;

/** A user or password as it is outside of a URL; null when it cannot be written like that in one. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** More often than once in a microsecond is not counted. */
const MAX_RATE_POINTS = 1_000_000;
const MAX_RATE_SECONDS = 86_400;
const RATE = `off, or requests per seconds such as 600/60, with up to ${MAX_RATE_POINTS} in up to ${MAX_RATE_SECONDS} seconds`;

const oneOf = (words: readonly string[]): string => words.join(', ').replace(/, ([^,]*)$/, ' or $1');

/**
 * What came, without what may be secret in a URL: user and password, which end at the last @, wherever they were meant to
 * begin, and query and fragment.
 */
const shown = (url: string): string =>
  JSON.stringify(
    url
      .trim()
      .replace(/^.*@/s, '[redacted]@')
      .replace(/([?#]).*$/s, '$1…'),
  );
