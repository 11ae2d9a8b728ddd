import { createHmac, createPublicKey, KeyObject } from 'node:crypto';
import { base64url, exportSPKI, type JWTHeaderParameters } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { startJsonServer } from '../helpers/json-server.ts';
import { bearer, GOOD_CLAIMS, ISSUER, makeKey, NOW, type SigningKey, sign } from './issuer.ts';
import { checkWith, expectRefused, MESSAGE } from './token-check.ts';

let rsa: SigningKey;
let ec: SigningKey;
let otherRsa: SigningKey;
beforeAll(async () => {
  [rsa, ec, otherRsa] = await Promise.all([makeKey('rsa', 'RS256'), makeKey('ec'), makeKey('rsa', 'RS256')]);
});

const encoded = (value: unknown) => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value));

describe('a forged token is refused', () => {
  const header = (fields: Record<string, unknown>) => encoded({ typ: 'JWT', ...fields });

  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'RS1', 'ES256K', 'toString', '__proto__'])(
    'with alg %s',
    async (alg) => {
      const { check, lines } = await checkWith(ec);
      const unsigned = `${header({ alg })}.${encoded(GOOD_CLAIMS)}`;
      for (const signature of ['', '.', '.AA', `.${(await sign(ec)).split('.')[2]}`]) {
        await expectRefused(check, `${unsigned}${signature}`, lines);
      }
    },
  );

  it('when it is signed with the public key as a secret', async () => {
    const pem = await exportSPKI(rsa.publicKey);
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    const { check, lines } = await checkWith(rsa);
    for (const secret of [pem, pem.trim(), `${pem.trim()}\n`, der, JSON.stringify(rsa.jwk)]) {
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS384', 'sha384'],
        ['HS512', 'sha512'],
      ] as const) {
        const signed = `${header({ alg, kid: 'rsa' })}.${encoded(GOOD_CLAIMS)}`;
        const signature = createHmac(hash, secret).update(signed).digest('base64url');
        await expectRefused(check, `${signed}.${signature}`, lines);
      }
    }
  });

  it('when it was changed', async () => {
    const { check, lines } = await checkWith(ec);
    const [head = '', payload = '', signature = ''] = (await sign(ec)).split('.');
    const admin = encoded({ ...GOOD_CLAIMS, scope: 'checkout:read checkout:write' });
    await expectRefused(check, `${head}.${admin}.${signature}`, lines);
    await expectRefused(check, `${header({ alg: 'ES256', kid: 'x' })}.${payload}.${signature}`, lines);
    const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
    await expectRefused(check, `${head}.${payload}.${flipped}`, lines);
    await expectRefused(check, `${head}.${payload}.${signature.slice(0, 40)}`, lines);
    // The signature that is valid for anything where nobody looks at zeros.
    await expectRefused(check, `${head}.${payload}.${base64url.encode(new Uint8Array(64))}`, lines);
  });

  it('when another key of the same name signed it, or one of another kind', async () => {
    const { check, lines } = await checkWith(rsa);
    await expectRefused(check, await sign(otherRsa), lines);
    await expectRefused(check, await sign(ec), lines);
    const { check: checkEc, lines: linesEc } = await checkWith(ec);
    await expectRefused(checkEc, await sign(rsa), linesEc);
    const p384 = await makeKey('ec', 'ES384');
    await expectRefused(checkEc, await sign(p384), linesEc);
  });

  it('when it brings or names its own key, and nothing is fetched for it', async () => {
    const { check, lines } = await checkWith(rsa);
    const jwks = await startJsonServer(() => ({ body: { keys: [otherRsa.jwk] } }));
    const url = `${jwks.url}/jwks`;
    const headers: Partial<JWTHeaderParameters>[] = [
      { jwk: otherRsa.jwk },
      { jku: url },
      { x5u: url },
      { kid: url },
      { x5c: [encoded('x')] },
      { jwk: otherRsa.jwk, jku: url, x5u: url },
    ];
    for (const one of headers) {
      await expectRefused(check, await sign(otherRsa, {}, one), lines);
      // A good signature is one all the same: these are only not looked at.
      expect(await check(bearer(await sign(rsa, {}, one)))).toMatchObject({ name: `jwt:${ISSUER}|user-1` });
    }
    expect(jwks.requests).toEqual([]);
    await jwks.stop();
  });

  it('with critical extensions, whether they are known or not', async () => {
    const { check, lines } = await checkWith(ec);
    const signed = async (fields: Record<string, unknown>) => {
      const key = KeyObject.from(ec.privateKey);
      const input = `${header({ alg: 'ES256', ...fields })}.${encoded(GOOD_CLAIMS)}`;
      const { sign: signWith } = await import('node:crypto');
      return `${input}.${signWith('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    };
    expect(await check(bearer(await signed({})))).toMatchObject({ name: `jwt:${ISSUER}|user-1` });
    for (const fields of [
      { crit: ['exp'], exp: NOW },
      { crit: ['b64'], b64: true },
      { crit: ['b64'], b64: false },
      { crit: [] },
      { crit: 'exp' },
      { crit: null },
    ]) {
      await expectRefused(check, await signed(fields), lines);
    }
  });

  it('in forms that are not quite a token', async () => {
    const { check, lines } = await checkWith(ec);
    const token = await sign(ec);
    const [head = '', payload = '', signature = ''] = token.split('.');
    for (const form of [
      `${token}.`,
      `.${token}`,
      `${token}.${signature}`,
      `${head}.${payload}`,
      `${head}..${signature}`,
      `${token}=`,
      `${head}. ${payload}.${signature}`,
      `${head}.${payload}\t.${signature}`,
      `${head}.${payload.slice(0, 10)}+${payload.slice(11)}.${signature}`,
      `${encoded('not json')}.${payload}.${signature}`,
      `${encoded('[]')}.${payload}.${signature}`,
      `${encoded('null')}.${payload}.${signature}`,
      `"${token}"`,
      `{"token":"${token}"}`,
    ]) {
      await expectRefused(check, form, lines);
    }
  });

  it('before it is read, when it is huge', async () => {
    const { check, lines } = await checkWith(ec);
    const most = await sign(ec, { pad: 'x'.repeat(5600) });
    expect(most.length).toBeLessThan(8192);
    expect(await check(bearer(most))).toMatchObject({ name: `jwt:${ISSUER}|user-1` });
    const huge = await sign(ec, { pad: 'x'.repeat(6200) });
    expect(huge.length).toBeGreaterThan(8192);
    await expectRefused(check, huge, lines);
    expect(lines.at(-1)).toContain('"reason":"size"');
  });

  it('when it comes twice, in another scheme, or not as a bearer', async () => {
    const { check } = await checkWith(ec);
    const token = await sign(ec);
    for (const headers of [
      { authorization: [`Bearer ${token}`, `Bearer ${token}`] },
      { authorization: [`Bearer ${token}, Bearer ${token}`] },
      { authorization: [token] },
      { authorization: [`Basic ${token}`] },
      { authorization: [`Bearer${token}`] },
      { authorization: [`Bearer ${token} x`] },
      { 'x-api-key': [token] },
      {},
    ]) {
      await expect(check({ headers })).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: MESSAGE });
    }
    expect(await check({ headers: {}, connectionParams: { Authorization: `bearer ${token}` } })).toMatchObject({
      name: `jwt:${ISSUER}|user-1`,
    });
  });
});
