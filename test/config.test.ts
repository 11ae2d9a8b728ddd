import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadEnvironment, readConfig } from '../src/config.ts';
import { refusal } from './helpers/settings.ts';

const SECRET = 'sk-secret-5f1d';
/** The base64 of a secret of so many bytes. */
const webhookKey = (bytes: number) => Buffer.alloc(bytes, 'k').toString('base64');

describe('settings', () => {
  it('need none', () => {
    expect(readConfig({})).toStrictEqual({
      host: '127.0.0.1',
      port: 4000,
      production: false,
      logLevel: 'info',
      introspection: true,
      allowedOrigins: [],
      hstsMaxAge: undefined,
      auth: { mode: 'none' },
      rateLimit: null,
      maxConcurrency: undefined,
      shutdownDelayMs: 0,
      queryLimits: {
        tokens: undefined,
        nameLength: undefined,
        depth: undefined,
        aliases: undefined,
        rootFields: undefined,
        directives: undefined,
        cost: undefined,
      },
      trustedDocuments: undefined,
      dataDir: '.data',
      redisUrl: undefined,
      cacheEncryptionKey: undefined,
      cacheMemoryBytes: 64 * 2 ** 20,
      providers: {},
      secrets: [],
    });
  });

  it('know what documents may be, and the text of a manifest', () => {
    const { queryLimits, trustedDocuments } = readConfig({
      QUERY_MAX_TOKENS: '10000',
      QUERY_MAX_ALIASES: '0',
      QUERY_MAX_COST: '',
      TRUSTED_DOCUMENTS: 'docs/trusted-documents.json',
    });
    expect(queryLimits).toEqual({ tokens: 10_000, aliases: 0 });
    expect(JSON.parse(trustedDocuments ?? '')).toMatchObject({ format: 'apollo-persisted-query-manifest' });
  });

  it('enable the providers that have a key', () => {
    const { providers, secrets } = readConfig({
      FLEXPRICE_API_KEY: SECRET,
      FLEXPRICE_ENVIRONMENT_ID: 'env_1',
      FLEX_API_KEY: 'fsk_test_1',
      FLEX_BASE_URL: 'https://flex.example/api///',
      FLEX_WEBHOOK_SECRET: `fwhsec_${webhookKey(24)}`,
      METEROID_API_KEY: '',
    });
    expect(providers).toEqual({
      FLEXPRICE: { apiKey: SECRET, baseUrl: undefined, environmentId: 'env_1', webhookSecrets: [] },
      FLEX: {
        apiKey: 'fsk_test_1',
        baseUrl: 'https://flex.example/api',
        environmentId: undefined,
        webhookSecrets: [`fwhsec_${webhookKey(24)}`],
      },
    });
    expect(secrets).toEqual([SECRET, 'fsk_test_1', `fwhsec_${webhookKey(24)}`, webhookKey(24)]);
  });

  it.each<[string | undefined, string[]]>([
    [undefined, []],
    ['', []],
    ['*', ['*']],
    ['https://shop.example', ['https://shop.example']],
    [
      ' https://shop.example , http://localhost:3000,https://shop.example',
      ['https://shop.example', 'http://localhost:3000'],
    ],
    ['http://[::1]:8080,https://xn--bcher-kva.example', ['http://[::1]:8080', 'https://xn--bcher-kva.example']],
    [
      'https://Shop.Example,https://shop.example:443,https://shop.example/,HTTPS://shop.example',
      ['https://shop.example'],
    ],
    ['http://a:80,https://a:80,https://bücher.example', ['http://a', 'https://a:80', 'https://xn--bcher-kva.example']],
  ])('know the origins %j', (setting, origins) => {
    expect(readConfig({ ALLOWED_ORIGINS: setting }).allowedOrigins).toEqual(origins);
  });

  // More than an origin, or none: what was meant cannot be told.
  it.each([
    'https://shop.example/path',
    'https://shop.example//',
    'https://shop.example/\\',
    'https://shop.example?q',
    'https://shop.example?',
    'https://shop.example#',
    'https://@shop.example',
    'https:///shop.example',
    'https:shop.example',
    'https:\\\\shop.example',
    'https://shop.exa\nmple',
    'https://shop.example:99999',
    'https://:443',
    'https://*.shop.example',
    'https://shop.example,*',
    '*,https://shop.example',
    'https://shop.example,',
    'shop.example',
    '//shop.example',
    'null',
    'file://',
    'ftp://shop.example',
    'https://shop.example https://other.example',
    "https://shop.example';script-src *",
    'https://shop.example\r\nx: y',
  ])('refuse the origin %j', (origin) => {
    expect(refusal({ ALLOWED_ORIGINS: origin })).toMatch(/^ALLOWED_ORIGINS: expected origins such as /);
  });

  it('say what is wrong with a * that is not alone', () => {
    expect(refusal({ ALLOWED_ORIGINS: '*,https://shop.example' })).toMatch(/, or \* alone, got \* beside others\.$/);
    expect(refusal({ ALLOWED_ORIGINS: 'https://*.shop.example' })).toMatch(
      /without a path or wildcards, .+, got "https:/,
    );
  });

  it('refuse an origin with a password without showing it', () => {
    const message = refusal({ ALLOWED_ORIGINS: `https://me:${SECRET}@shop.example` });
    expect(message).toMatch(/^ALLOWED_ORIGINS: /);
    expect(message).not.toContain(SECRET);
  });

  it('know for how long browsers shall come by TLS', () => {
    expect(readConfig({ HSTS_MAX_AGE: '31536000' }).hstsMaxAge).toBe(31_536_000);
    expect(readConfig({ HSTS_MAX_AGE: '0' }).hstsMaxAge).toBe(0);
    for (const wrong of ['-1', 'a year', '31536000; includeSubDomains'])
      expect(refusal({ HSTS_MAX_AGE: wrong })).toMatch(/^HSTS_MAX_AGE: expected a whole number/);
  });

  it('know several secrets of a webhook, with and without what stands before them', () => {
    const [one, two, three] = [webhookKey(16), `whsec_${webhookKey(32)}`, `fwhsec_${webhookKey(75)}`];
    const { providers, secrets } = readConfig({
      METEROID_API_KEY: SECRET,
      METEROID_WEBHOOK_SECRET: ` ${one}, ${two} ,${three}`,
    });
    expect(providers.METEROID?.webhookSecrets).toEqual([one, two, three]);
    expect(secrets).toEqual([SECRET, one, two, webhookKey(32), three, webhookKey(75)]);
  });

  it.each([
    [webhookKey(15), 'got one of 15 bytes'],
    [webhookKey(76), 'got one of 76 bytes'],
    [`${webhookKey(24)},`, 'got an empty one'],
    [`,${webhookKey(24)}`, 'got an empty one'],
    [`${webhookKey(24)};${webhookKey(24)}`, 'got something else'],
    [`whsec_whsec_${webhookKey(24)}`, 'got something else'],
    [`sk_${webhookKey(24)}`, 'got something else'],
    [`${webhookKey(32).replace('a', '-')}`, 'got something else'],
    ['whsec_', 'got something else'],
  ])('refuse the webhook secret %s without showing it', (secret, got) => {
    const message = refusal({ FLEX_API_KEY: 'k', FLEX_WEBHOOK_SECRET: secret });
    expect(message).toBe(
      `FLEX_WEBHOOK_SECRET: expected secrets of 16 to 75 bytes in base64, as the provider shows them, separated by commas, ${got}.`,
    );
  });

  it.each([
    [{ PORT: 'abc' }, 'PORT: expected a whole number from 0 to 65535, got "abc".'],
    [{ PORT: '65536' }, 'PORT: expected a whole number from 0 to 65535, got "65536".'],
    [{ PORT: '-1' }, 'PORT: expected'],
    [{ PORT: '4000.5' }, 'PORT: expected'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: expected fatal, error, warn, info, debug, trace or silent, got "loud".'],
    [{ INTROSPECTION: 'maybe' }, 'INTROSPECTION: expected'],
    [{ AUTH_MODE: 'basic' }, 'AUTH_MODE: expected none, api-key or jwt, got "basic".'],
    [
      { TRUSTED_DOCUMENTS: '/nowhere/manifest.json' },
      'TRUSTED_DOCUMENTS: expected a file that can be read, got "/nowhere/manifest.json", which gives ENOENT.',
    ],
    [{ TRUSTED_DOCUMENTS: '.' }, 'which gives EISDIR'],
    [{ QUERY_MAX_TOKENS: '0' }, 'QUERY_MAX_TOKENS: expected a whole number from 1 to 10000, got "0".'],
    [{ QUERY_MAX_TOKENS: '10001' }, 'QUERY_MAX_TOKENS: expected a whole number from 1 to 10000'],
    [{ QUERY_MAX_NAME_LENGTH: '1001' }, 'QUERY_MAX_NAME_LENGTH: expected a whole number from 1 to 1000'],
    [{ QUERY_MAX_DEPTH: 'deep' }, 'QUERY_MAX_DEPTH: expected a whole number from 1 to 100, got "deep".'],
    [{ QUERY_MAX_ALIASES: '-1' }, 'QUERY_MAX_ALIASES: expected a whole number from 0 to 10000'],
    [{ QUERY_MAX_ROOT_FIELDS: '0' }, 'QUERY_MAX_ROOT_FIELDS: expected a whole number from 1 to 10000'],
    [{ QUERY_MAX_DIRECTIVES: '1.5' }, 'QUERY_MAX_DIRECTIVES: expected a whole number from 0 to 10000'],
    [{ QUERY_MAX_COST: '1e3' }, 'QUERY_MAX_COST: expected a whole number from 1 to 1000000, got "1e3".'],
    [
      { FLEX_API_KEY: 'k', FLEX_BASE_URL: 'flex.example' },
      'FLEX_BASE_URL: expected an absolute URL that begins with http:// or https://, got "flex.example".',
    ],
    [{ FLEX_API_KEY: 'k', FLEX_BASE_URL: 'ftp://flex.example' }, 'FLEX_BASE_URL: expected'],
    [
      { FLEX_API_KEY: 'k', FLEX_BASE_URL: 'https://flex.example/?a=b' },
      'FLEX_BASE_URL: expected a URL without user, query and fragment',
    ],
    [{ FLEX_API_KEY: 'two words' }, 'FLEX_API_KEY: expected visible ASCII characters without spaces'],
    [
      { FLEX_BASE_URL: 'https://flex.example' },
      'FLEX_API_KEY: expected to be set because FLEX_BASE_URL is, got nothing.',
    ],
    [{ METEROID_WEBHOOK_SECRET: 's' }, 'METEROID_API_KEY: expected to be set because METEROID_WEBHOOK_SECRET is'],
    [{ REDIS_URL: 'http://redis' }, 'REDIS_URL: expected'],
    [{ REDIS_URL: 'redis://a:6379,nonsense' }, 'REDIS_URL: expected'],
    [{ REDIS_URL: 'redis://a:6379/abc' }, 'REDIS_URL: expected a URL that ends with the host, the port or the number'],
    [{ REDIS_URL: 'redis://a/1/2' }, 'REDIS_URL: expected a URL that ends with'],
    [{ REDIS_URL: 'redis://a:1,redis://b:1/2' }, 'REDIS_URL: expected URLs of a cluster'],
    [{ REDIS_URL: 'redis://:a%ZZb@a' }, 'REDIS_URL: expected a user and a password whose special characters'],
    [{ CACHE_MEMORY_MIB: '1.5' }, 'CACHE_MEMORY_MIB: expected a whole number from 0 to 65536, got "1.5".'],
    [{ CACHE_ENCRYPTION_KEY: 'c2hvcnQ=' }, 'CACHE_ENCRYPTION_KEY: expected 32 bytes in base64, got 5 bytes.'],
    [{ NODE_ENV: 'production' }, 'at least one of them when NODE_ENV=production'],
    [{ NODE_ENV: 'production', FLEX_API_KEY: 'k' }, 'AUTH_MODE: expected api-key or jwt when NODE_ENV=production'],
  ])('%j are refused', (environment, sentence) => {
    expect(refusal(environment)).toContain(sentence);
  });

  it.each(['production', 'production ', ' production', 'Production', 'PRODUCTION\t', 'prod', 'Prod '])(
    'NODE_ENV=%j is production',
    (NODE_ENV) => {
      expect(refusal({ NODE_ENV, FLEX_API_KEY: 'k' })).toContain('AUTH_MODE: expected api-key or jwt');
    },
  );

  it.each(['', 'development', 'test', 'staging', 'preproduction'])('NODE_ENV=%j is not', (NODE_ENV) => {
    expect(readConfig({ NODE_ENV })).toMatchObject({ production: false, introspection: true });
  });

  it('are refused in one message that names everything', () => {
    const message = refusal({ PORT: 'x', LOG_LEVEL: 'y', FLEX_BASE_URL: 'https://flex.example' });
    expect(message.split('\n').map((line) => line.split(':')[0])).toEqual(['PORT', 'LOG_LEVEL', 'FLEX_API_KEY']);
  });

  it('are refused without showing a secret', () => {
    const message = refusal({
      FLEX_API_KEY: `${SECRET} ${SECRET}`,
      CACHE_ENCRYPTION_KEY: SECRET,
      METEROID_WEBHOOK_SECRET: SECRET,
      METEROID_BASE_URL: `https://u:${SECRET}@meteroid.example/?key=${SECRET}`,
      REDIS_URL: `redi://user:${SECRET}@redis:6379`,
    });
    expect(message).not.toContain(SECRET);
    expect(message).toContain('METEROID_BASE_URL');
  });

  it.each([
    `redis://u:${SECRET}/pw@h:1`,
    `u:${SECRET}@h:6379`,
    `redis:/u:${SECRET}@h`,
    `redis:u:${SECRET}@h`,
    `redis://u:${SECRET}@pw@h:99999`,
    `redis://u:${SECRET},pw@h:6379`,
    `redis://u:${SECRET}@h:1/abc`,
    `redis://u:${SECRET}%ZZ@h:1`,
  ])('do not show the password of %s', (url) => {
    expect(refusal({ REDIS_URL: url })).toMatch(/^REDIS_URL: expected/);
    expect(refusal({ REDIS_URL: url })).not.toContain(SECRET);
  });

  it.each([`https://h/?key=${SECRET}`, `https://h/#${SECRET}`, `https://h/#?${SECRET}`, `h/#${SECRET}`])(
    'do not show what stands behind the path of %s',
    (url) => {
      const message = refusal({ FLEX_API_KEY: 'k', FLEX_BASE_URL: url });
      expect(message).toMatch(/^FLEX_BASE_URL: expected .+, got ".*h\/[?#]…"\.$/);
      expect(message).not.toContain(SECRET);
    },
  );

  it('know the passwords that are never to be logged', () => {
    const { secrets } = readConfig({ REDIS_URL: 'redis://u:first%20one@a:1,rediss://:second@b:2' });
    expect(secrets).toEqual(expect.arrayContaining(['first%20one', 'first one', 'second']));
  });

  it('come from .env too, where the environment does not say otherwise', () => {
    const folder = mkdtempSync(join(tmpdir(), 'settings-'));
    const before = { ...process.env };
    try {
      writeFileSync(join(folder, '.env'), 'GATEWAY_TEST_A=file\nGATEWAY_TEST_B=file\n');
      process.env.GATEWAY_TEST_B = 'environment';
      expect(loadEnvironment(join(folder, '.env'))).toMatchObject({
        GATEWAY_TEST_A: 'file',
        GATEWAY_TEST_B: 'environment',
      });
      expect(() => loadEnvironment(join(folder, 'none'))).not.toThrow();
      expect(() => loadEnvironment(folder)).toThrow(ConfigError);
    } finally {
      process.env = before;
      rmSync(folder, { recursive: true });
    }
  });
});
