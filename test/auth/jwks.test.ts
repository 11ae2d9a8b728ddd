import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import type { RemoteKeysTiming } from '../../src/auth/remote-keys.ts';
import type { Reply } from '../helpers/json-server.ts';
import { recordLog } from '../helpers/log.ts';
import { AUDIENCE, bearer, ISSUER, type Issuer, makeKey, NOW, type SigningKey, sign, startIssuer } from './issuer.ts';

let [first, second, third]: SigningKey[] = [];
let rsa: SigningKey;
beforeAll(async () => {
  [first, second, third] = await Promise.all(['first', 'second', 'third'].map((kid) => makeKey(kid)));
  rsa = await makeKey('rsa', 'RS256');
});
const key = (which: SigningKey | undefined): SigningKey => {
  if (!which) throw new Error('no key was made');
  return which;
};

const UNAVAILABLE = { name: 'GatewayError', code: 'UPSTREAM_UNAVAILABLE', retryable: true };
const UNAUTHENTICATED = { name: 'GatewayError', code: 'UNAUTHENTICATED', retryable: false };

function checkWith(jwksUrl: string, timing: Partial<RemoteKeysTiming> = {}) {
  const { log, lines } = recordLog();
  const config = { mode: 'jwt', issuer: ISSUER, audience: AUDIENCE, keys: { jwksUrl } } as const;
  const authenticate = createAuthenticator({ config, log, now: () => NOW * 1000, timing });
  return { lines, check: (token: string) => authenticate(bearer(token)) };
}

const loaded = (issuer: Issuer) => expect.poll(() => issuer.requests.length).toBeGreaterThan(0);

describe('the keys of an issuer', () => {
  it('are asked for once, ahead of the first token, whatever number of tokens come', async () => {
    const issuer = await startIssuer([key(first), rsa]);
    const { check } = checkWith(issuer.jwksUrl);
    await loaded(issuer);
    const tokens = await Promise.all([sign(key(first)), sign(rsa)]);
    await Promise.all(Array.from({ length: 50 }, (_, index) => check(tokens[index % 2] ?? '')));
    expect(issuer.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /jwks']);
    expect(issuer.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('may be replaced: a new one is found, and an old one is no good when it is gone', async () => {
    const issuer = await startIssuer([key(first)]);
    const { check } = checkWith(issuer.jwksUrl, { cooldownMs: 0 });
    const [old, fresh] = await Promise.all([sign(key(first)), sign(key(second))]);
    await check(old);
    issuer.publish([key(first), key(second)]);
    await Promise.all([check(fresh), check(old), check(fresh)]);
    expect(issuer.requests.length).toBe(2);
    issuer.publish([key(second), key(third)]);
    await check(await sign(key(third)));
    await expect(check(old)).rejects.toMatchObject(UNAUTHENTICATED);
    await check(fresh);
  });

  it('are asked for again when they are old', async () => {
    const issuer = await startIssuer([key(first)]);
    const { check } = checkWith(issuer.jwksUrl, { maxAgeMs: 50 });
    const token = await sign(key(first));
    await check(token);
    issuer.publish([key(second)]);
    await sleep(60);
    await expect(check(token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('are not asked for again by who makes names up', async () => {
    const issuer = await startIssuer([key(first)]);
    const { check, lines } = checkWith(issuer.jwksUrl);
    await check(await sign(key(first)));
    const names = [
      '../../etc/passwd',
      '/dev/null',
      `${issuer.url}/evil`,
      "x' UNION SELECT 'key",
      'first\u0000',
      'FIRST',
      '__proto__',
      'constructor',
      '*',
      '',
      'k'.repeat(4000),
    ];
    for (const kid of names) {
      await expect(check(await sign(key(second), {}, { kid }))).rejects.toMatchObject(UNAUTHENTICATED);
      await expect(check(await sign(key(first), {}, { kid }))).rejects.toMatchObject(UNAUTHENTICATED);
    }
    for (const kid of [1, null, {}, ['first'], true]) {
      const header = { kid } as unknown as { kid: string };
      await expect(check(await sign(key(first), {}, header))).rejects.toMatchObject(UNAUTHENTICATED);
    }
    expect(issuer.requests.map(({ path }) => path)).toEqual(['/jwks']);
    expect(lines.join('')).not.toContain('passwd');
  });

  it('are all tried for a token that names none', async () => {
    const issuer = await startIssuer([key(first), key(second), rsa]);
    const { check } = checkWith(issuer.jwksUrl);
    const unnamed = (signer: SigningKey) => sign(signer, {}, { kid: undefined as unknown as string });
    await check(await unnamed(key(second)));
    await check(await unnamed(key(first)));
    await check(await unnamed(rsa));
    await expect(check(await unnamed(key(third)))).rejects.toMatchObject(UNAUTHENTICATED);
    // Of the right key, but over: no other is tried for it.
    const over = await sign(key(second), { exp: NOW - 60 }, { kid: undefined as unknown as string });
    await expect(check(over)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('are public, for signatures, and of a kind that has no secret', async () => {
    const issuer = await startIssuer([]);
    const secret = {
      kty: 'oct',
      k: Buffer.from('a secret of some length, 32 bytes').toString('base64url'),
      kid: 'oct',
    };
    issuer.publish({ body: { keys: [secret, { ...key(first).jwk, use: 'enc' }, { ...rsa.jwk, alg: 'PS256' }] } });
    const { check } = checkWith(issuer.jwksUrl);
    for (const token of [await sign(key(first)), await sign(rsa), await hmacToken(secret)]) {
      await expect(check(token)).rejects.toMatchObject(UNAUTHENTICATED);
    }
  });
});

async function hmacToken({ k }: { k: string }): Promise<string> {
  const { createSecretKey } = await import('node:crypto');
  const privateKey = createSecretKey(k, 'base64url') as unknown as CryptoKey;
  return sign({ kid: 'oct', alg: 'HS256', privateKey });
}

describe('keys that are usable', () => {
  const unnamed = (signer: SigningKey) => sign(signer, {}, { kid: undefined as unknown as string });

  it('are used whatever else is in the set', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    const others = [
      { ...weak, kid: 'weak' },
      { ...weak, kid: 'weak', alg: 'RS256', use: 'sig' },
      { kty: 'RSA', n: 'AA', e: 'AQAB' },
      { kty: 'EC', crv: 'P-256', x: 'no', y: 'point' },
      { kty: 'of tomorrow' },
    ];
    const issuer = await startIssuer([]);
    issuer.publish({ body: { keys: [...others, rsa.jwk, key(first).jwk, ...others] } });
    const { check } = checkWith(issuer.jwksUrl);
    for (const signer of [rsa, key(first)]) {
      await check(await unnamed(signer));
      await check(await sign(signer));
    }
    await expect(check(await unnamed(key(second)))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it('are used at once while they are asked for again, however long that takes', async () => {
    const issuer = await startIssuer([key(first)]);
    const { check } = checkWith(issuer.jwksUrl, { refreshAfterMs: 0, timeoutMs: 600_000 });
    await loaded(issuer);
    issuer.publish(() => new Promise(() => {}));
    const token = await sign(key(first));
    for (let i = 0; i < 20; i++) await check(token);
    await Promise.all(Array.from({ length: 20 }, () => check(token)));
    await expect.poll(() => issuer.requests.length).toBe(2);
  });

  it('are waited for when they are old, but not again while the last failure is not', async () => {
    const issuer = await startIssuer([key(first)]);
    const timing = { maxAgeMs: 1500, failureCooldownMs: 0, cooldownMs: 0, timeoutMs: 600_000 };
    const { check, lines } = checkWith(issuer.jwksUrl, timing);
    const token = await sign(key(first));
    await check(token);
    issuer.publish({ status: 500 });
    await sleep(timing.maxAgeMs);
    await check(token);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ hasKeys: true }]);
    let answer: (reply: Reply) => void = () => {};
    issuer.publish(() => new Promise((resolve) => (answer = resolve)));
    for (let i = 0; i < 20; i++) await check(token);
    await expect.poll(() => issuer.requests.length).toBe(3);
    await sleep(timing.maxAgeMs);
    const checked = check(token);
    await sleep(50);
    const withoutTheFirst = { body: { keys: [key(second).jwk] } };
    issuer.publish(withoutTheFirst);
    answer(withoutTheFirst);
    await expect(checked).rejects.toMatchObject(UNAUTHENTICATED);
  });
});

describe('when the keys cannot be had', () => {
  it.each<[string, Parameters<Issuer['publish']>[0]]>([
    ['an error', { status: 500, body: 'secret of the issuer' }],
    ['nothing there', { status: 404 }],
    ['another place', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    ['no JSON', { body: '<html>' }],
    ['no keys', { body: {} }],
    ['no list', { body: { keys: 'x' } }],
    ['a list of other things', { body: { keys: [null] } }],
  ])('it is not the fault of the caller: %s', async (_, reply) => {
    const issuer = await startIssuer([]);
    issuer.publish(reply);
    const { check, lines } = checkWith(issuer.jwksUrl);
    const error = await check(await sign(key(first))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(UNAVAILABLE);
    expect((error as Error).message).toBe('Tokens cannot be checked now, as the keys of their issuer cannot be had.');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['no keys for tokens came']);
    expect(lines.join('')).not.toMatch(/127\.0\.0\.1|secret/);
  });

  it('nor when nobody is there, or nobody answers', async () => {
    const gone = await startIssuer([]);
    await gone.stop();
    await expect(checkWith(gone.jwksUrl).check(await sign(key(first)))).rejects.toMatchObject(UNAVAILABLE);
    const silent = await startIssuer([]);
    silent.publish(() => new Promise(() => {}));
    const { check, lines } = checkWith(silent.jwksUrl, { timeoutMs: 100 });
    await expect(check(await sign(key(first)))).rejects.toMatchObject(UNAVAILABLE);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ reason: 'request timed out', hasKeys: false });
  });

  it('nor when they have no end', async () => {
    let sent = 0;
    let isOver = false;
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const write = (): void => {
        while (!response.destroyed) {
          sent += 64 * 1024;
          if (!response.write(' '.repeat(64 * 1024))) break;
        }
      };
      response.on('drain', write).on('close', () => {
        isOver = true;
      });
      write();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    const { check, lines } = checkWith(url, { timeoutMs: 600_000 });
    await expect(check(await sign(key(first)))).rejects.toMatchObject(UNAVAILABLE);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ reason: 'the answer is larger than 1 MiB', hasKeys: false });
    await expect.poll(() => isOver).toBe(true);
    // What the system keeps for the connection is some megabytes.
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('a failing endpoint is left in peace for a while, and then asked again', async () => {
    const issuer = await startIssuer([]);
    issuer.publish({ status: 503 });
    const { check } = checkWith(issuer.jwksUrl, { failureCooldownMs: 200 });
    const token = await sign(key(first));
    for (let i = 0; i < 20; i++) await expect(check(token)).rejects.toMatchObject(UNAVAILABLE);
    expect(issuer.requests.length).toBe(1);
    issuer.publish([key(first)]);
    await sleep(220);
    await check(token);
    expect(issuer.requests.length).toBe(2);
  });

  it('those that are known go on, however old; of a new one nobody can tell', async () => {
    const issuer = await startIssuer([key(first)]);
    const { check, lines } = checkWith(issuer.jwksUrl, { maxAgeMs: 20, cooldownMs: 0, failureCooldownMs: 50 });
    const [known, unknown] = await Promise.all([sign(key(first)), sign(key(second))]);
    await check(known);
    issuer.publish({ status: 500 });
    await sleep(80);
    for (let i = 0; i < 5; i++) {
      await check(known);
      await expect(check(unknown)).rejects.toMatchObject(UNAVAILABLE);
      await sleep(20);
    }
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ hasKeys: true }));
    issuer.publish([key(second)]);
    await sleep(60);
    await check(unknown);
    await expect(check(known)).rejects.toMatchObject(UNAUTHENTICATED);
  });
});
