import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { refusal } from '../helpers/settings.ts';

const SECRET = 'sk-secret-5f1d';

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const HASH = hashOf(SECRET);
const OTHER_HASH = hashOf('other');

const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = pemOf(EC.publicKey);
const JWT = { AUTH_MODE: 'jwt', JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'checkout' };
const JWKS = { ...JWT, JWT_JWKS_URL: 'https://issuer.example/jwks' };

describe('settings of callers', () => {
  it('know API keys by their hashes, which are never shown', () => {
    const { auth, secrets } = readConfig({
      AUTH_MODE: 'api-key',
      API_KEYS: ` shop:${HASH}:checkout:read checkout:write , a.b-c_1:${OTHER_HASH.toUpperCase()}: checkout:read `,
    });
    expect(auth).toEqual({
      mode: 'api-key',
      keys: [
        { name: 'shop', hash: Buffer.from(HASH, 'hex'), scopes: ['checkout:read', 'checkout:write'] },
        { name: 'a.b-c_1', hash: Buffer.from(OTHER_HASH, 'hex'), scopes: ['checkout:read'] },
      ],
    });
    expect(secrets).toEqual([HASH, OTHER_HASH.toUpperCase(), OTHER_HASH]);
  });

  it('let a name have two keys with the same scopes, so that one can take the place of the other', () => {
    const { auth } = readConfig({
      AUTH_MODE: 'api-key',
      API_KEYS: `shop:${HASH}:checkout:read checkout:write,shop:${OTHER_HASH}:checkout:write checkout:read`,
    });
    const scopes = ['checkout:read', 'checkout:write'];
    expect(auth).toMatchObject({
      keys: [HASH, OTHER_HASH].map((hash) => ({ name: 'shop', hash: Buffer.from(hash, 'hex'), scopes })),
    });
  });

  const entry = 'expected name:hash:scopes, separated by commas, the hash being the SHA-256 of the key in 64';
  it.each([
    [SECRET, `${entry} hexadecimal digits, got something else in entry 1.`],
    [`shop:${SECRET}:checkout:read`, `${entry} hexadecimal digits, got something else in entry 1.`],
    [`shop:${HASH.slice(1)}:checkout:read`, entry],
    [`shop:${HASH}0:checkout:read`, entry],
    [`shop:${HASH}`, entry],
    [`shop:${HASH}:`, entry],
    [`:${HASH}:checkout:read`, entry],
    [`my shop:${HASH}:checkout:read`, entry],
    [`${'x'.repeat(65)}:${HASH}:checkout:read`, entry],
    [`a:${HASH}:checkout:read,`, 'got something else in entry 2.'],
    [`a:${HASH}:checkout:read;b:${OTHER_HASH}:checkout:read`, 'scopes, got something else in entry 1.'],
    [`a:${HASH}:read`, 'expected checkout:read or checkout:write as scopes, got something else in entry 1.'],
    [`a:${HASH}:checkout:read admin`, 'scopes, got something else in entry 1.'],
    [`a:${HASH}:checkout:read checkout:read`, 'scopes, got something else in entry 1.'],
    [`a:${HASH}:checkout:*`, 'scopes, got something else in entry 1.'],
    // The key itself where a name should be.
    [`${SECRET}:${HASH}:read`, 'scopes, got something else in entry 1.'],
    [`${SECRET}:${HASH}:checkout:read,b:${HASH}:checkout:read`, 'expected each key once, got a repeated one in'],
    [`b:${HASH}:checkout:read,${SECRET}:${HASH}:checkout:read`, 'expected each key once, got a repeated one in'],
    [`a:${hashOf('')}:checkout:read`, 'expected the SHA-256 of a key, got that of an empty text in entry 1.'],
    [
      `a:${HASH}:checkout:read,b:${hashOf('').toUpperCase()}:checkout:read`,
      'expected the SHA-256 of a key, got that of an empty text in entry 2.',
    ],
    [`a:${HASH}:checkout:read,b:${HASH}:checkout:write`, 'expected each key once, got a repeated one in entry 2.'],
    [`a:${HASH}:checkout:read,a:${HASH}:checkout:read`, 'expected each key once, got a repeated one in entry 2.'],
    [
      `a:${HASH}:checkout:read,a:${OTHER_HASH}:checkout:write`,
      'expected the same scopes for both keys of a name, got others in entry 2.',
    ],
    [
      `a:${HASH}:checkout:read checkout:write,a:${OTHER_HASH}:checkout:read`,
      'expected the same scopes for both keys of a name, got others in entry 2.',
    ],
    [
      `a:${HASH}:checkout:read,a:${OTHER_HASH}:checkout:read,a:${hashOf('third')}:checkout:read`,
      'expected at most 2 keys for a name, got another in entry 3.',
    ],
  ])('refuse the keys %s without showing them', (keys, sentence) => {
    const message = refusal({ AUTH_MODE: 'api-key', API_KEYS: keys });
    expect(message).toMatch(/^API_KEYS: expected /);
    expect(message).toContain(sentence);
    for (const secret of [SECRET, HASH.slice(1), OTHER_HASH]) expect(message).not.toContain(secret);
  });

  it.each([
    ['P-256', EC.publicKey, ['ES256']],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey, ['ES384']],
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey, ['ES512']],
    ['Ed25519', generateKeyPairSync('ed25519').publicKey, ['EdDSA', 'Ed25519']],
    [
      'RSA',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
      ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    ],
  ])('know a public key of %s in each of its forms, and what goes with it', (_, key, algorithms) => {
    const jwk = key.export({ format: 'jwk' });
    const [only] = algorithms;
    const forms: [string, readonly string[]][] = [
      [pemOf(key), algorithms],
      [pemOf(key).replaceAll('\n', '\\n'), algorithms],
      [pemOf(key).replaceAll('\n', '\r\n'), algorithms],
      [JSON.stringify(jwk), algorithms],
      [JSON.stringify({ ...jwk, use: 'sig', kid: 'x', alg: only }), [only ?? '']],
    ];
    for (const [form, expected] of forms) {
      const { auth } = readConfig({ ...JWT, JWT_PUBLIC_KEY: form });
      expect(auth).toMatchObject({ issuer: JWT.JWT_ISSUER, audience: 'checkout', keys: { algorithms: expected } });
      expect(auth.mode === 'jwt' && 'key' in auth.keys && auth.keys.key.equals(key)).toBe(true);
    }
  });

  const privateJwk = EC.privateKey.export({ format: 'jwk' });
  const publicJwk = EC.publicKey.export({ format: 'jwk' });
  it.each<[string, string]>([
    [SECRET, 'something else'],
    [EC.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'a private key'],
    [EC.privateKey.export({ type: 'sec1', format: 'pem' }).toString().replaceAll('\n', '\\n'), 'a private key'],
    [JSON.stringify(privateJwk), 'a private key'],
    [JSON.stringify({ kty: 'oct', k: SECRET }), 'a secret'],
    [JSON.stringify({ ...publicJwk, use: 'enc' }), 'a key that is not for signatures'],
    [JSON.stringify({ ...publicJwk, alg: 'HS256' }), 'a key whose alg is not one of its kind'],
    [JSON.stringify({ ...publicJwk, alg: 'RS256' }), 'a key whose alg is not one of its kind'],
    [JSON.stringify({ keys: [publicJwk] }), 'something else'],
    [pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), 'an RSA key of 1024 bits'],
    [pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey), 'a key on a curve that JWT does not use'],
    [pemOf(generateKeyPairSync('x25519').publicKey), 'a key of another kind'],
    [PEM.replace('PUBLIC KEY', 'CERTIFICATE'), 'something else'],
    [PEM.slice(0, 60), 'something else'],
    ['{"kty":', 'something else'],
    ['https://issuer.example/jwks', 'something else'],
  ])('refuse the public key %# without showing it', (key, got) => {
    const message = refusal({ ...JWT, JWT_PUBLIC_KEY: key });
    expect(message).toBe(
      `JWT_PUBLIC_KEY: expected a public key in PEM (BEGIN PUBLIC KEY) or as a JWK: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519, got ${got}.`,
    );
  });

  it.each([
    'https://issuer.example/jwks?p=policy',
    'http://127.0.0.1:8080/jwks',
    'http://127.8.9.1/jwks',
    'http://localhost/jwks',
    'http://[::1]:1/jwks',
  ])('know where keys are: %s', (url) => {
    expect(readConfig({ ...JWKS, JWT_JWKS_URL: url }).auth).toEqual({
      mode: 'jwt',
      issuer: JWT.JWT_ISSUER,
      audience: 'checkout',
      keys: { jwksUrl: url },
    });
  });

  it.each([
    ['http://issuer.example/jwks', 'expected https:// for what is not on this machine, got "http://issuer.example".'],
    ['http://127.0.0.1.evil.example/', 'expected https:// for what is not on this machine'],
    ['http://localhost.evil.example/', 'expected https:// for what is not on this machine'],
    ['http://10.0.0.1/', 'expected https:// for what is not on this machine'],
    ['http://[::2]/', 'expected https:// for what is not on this machine'],
    [`https://user:${SECRET}@issuer.example/jwks`, 'expected a URL without user and fragment'],
    ['https://issuer.example/jwks#x', 'expected a URL without user and fragment'],
    ['file:///etc/jwks.json', 'expected an absolute URL that begins with http:// or https://'],
    ['issuer.example/jwks', 'expected an absolute URL'],
  ])('refuse %s as a place of keys', (url, sentence) => {
    const message = refusal({ ...JWKS, JWT_JWKS_URL: url });
    expect(message).toContain(`JWT_JWKS_URL: ${sentence}`);
    expect(message.split('\n')).toHaveLength(1);
    expect(message).not.toContain(SECRET);
  });

  it.each<[Record<string, string>, string[]]>([
    [{ AUTH_MODE: 'api-key' }, ['API_KEYS: expected to be set because AUTH_MODE is api-key, got nothing.']],
    [
      { AUTH_MODE: 'jwt' },
      [
        'JWT_ISSUER: expected to be set because AUTH_MODE is jwt, got nothing.',
        'JWT_AUDIENCE: expected to be set because AUTH_MODE is jwt, got nothing.',
        'JWT_JWKS_URL, JWT_PUBLIC_KEY: expected one of the two when AUTH_MODE is jwt, got none.',
      ],
    ],
    [{ ...JWKS, JWT_PUBLIC_KEY: PEM }, ['JWT_JWKS_URL, JWT_PUBLIC_KEY: expected one of the two', 'got both.']],
    [{ ...JWKS, JWT_AUDIENCE: ' ' }, ['JWT_AUDIENCE: expected to be set because AUTH_MODE is jwt']],
    [
      { API_KEYS: `a:${HASH}:checkout:read` },
      ['API_KEYS: expected to be left out unless AUTH_MODE is api-key, and it is none'],
    ],
    [{ ...JWKS, API_KEYS: SECRET }, ['API_KEYS: expected to be left out unless AUTH_MODE is api-key, and it is jwt']],
    [
      { ...JWKS, AUTH_MODE: 'none' },
      ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'].map(
        (name) => `${name}: expected to be left out unless AUTH_MODE is jwt`,
      ),
    ],
    [
      { JWT_PUBLIC_KEY: PEM },
      ['JWT_PUBLIC_KEY: expected to be left out unless AUTH_MODE is jwt, and it is none, got a value.'],
    ],
    [
      { AUTH_MODE: 'api-key', API_KEYS: `a:${HASH}:checkout:read`, JWT_ISSUER: 'x' },
      ['JWT_ISSUER: expected to be left out unless AUTH_MODE is jwt, and it is api-key, got a value.'],
    ],
    [{ ...JWKS, AUTH_MODE: 'JWT' }, ['AUTH_MODE: expected none, api-key or jwt, got "JWT".']],
  ])('refuse halves: %#', (environment, sentences) => {
    const message = refusal(environment);
    for (const sentence of sentences) expect(message).toContain(sentence);
    for (const secret of [SECRET, HASH, 'BEGIN']) expect(message).not.toContain(secret);
  });

  it.each([{ AUTH_MODE: 'api-key', API_KEYS: `a:${HASH}:checkout:read` }, JWKS, { ...JWT, JWT_PUBLIC_KEY: PEM }])(
    'let production start: %#',
    (environment) => {
      const config = readConfig({ NODE_ENV: 'production', FLEX_API_KEY: 'k', ...environment });
      expect(config).toMatchObject({ production: true, auth: { mode: environment.AUTH_MODE } });
    },
  );
});
