import { KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, bearer, ISSUER, makeKey, NOW, type SigningKey, sign } from './issuer.ts';
import { checkWith, expectRefused } from './token-check.ts';

let ec: SigningKey;
beforeAll(async () => {
  ec = await makeKey('ec');
});

describe('a token', () => {
  it.each([
    ['RS256', 'RS256'],
    ['RS256', 'PS512'],
    ['ES256', 'ES256'],
    ['ES384', 'ES384'],
    ['ES512', 'ES512'],
    ['EdDSA', 'EdDSA'],
  ])('of a key made for %s is taken when it is signed by %s', async (kind, alg) => {
    const { privateKey, publicKey } = await makeKey('k', kind);
    const { check } = await checkWith({ publicKey } as SigningKey);
    const key = KeyObject.from(privateKey) as unknown as CryptoKey;
    const caller = await check(bearer(await sign({ kid: 'k', alg, privateKey: key })));
    expect(caller).toEqual({
      name: `jwt:${ISSUER}|user-1`,
      scopes: new Set(['checkout:read']),
      customers: null,
      expiresAt: (NOW + 305) * 1000,
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['expired long ago', { exp: NOW - 3600 }],
    ['expired more than the tolerance ago', { exp: NOW - 6 }],
    ['that is for later', { nbf: NOW + 60 }],
    ['without an end', { exp: undefined }],
    ['with an end that is a text', { exp: String(NOW + 300) }],
    ['with an end that is no number', { exp: null }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['of an issuer that begins like ours', { iss: `${ISSUER}/` }],
    ['of several issuers', { iss: [ISSUER] }],
    ['of no issuer', { iss: undefined }],
    ['for another', { aud: 'another' }],
    ['for others', { aud: ['a', 'b'] }],
    ['for nobody', { aud: [] }],
    ['for whom it does not say', { aud: undefined }],
    ['of nobody', { sub: undefined }],
    ['of an empty subject', { sub: '' }],
    ['of a number', { sub: 7 }],
    ['of an endless subject', { sub: 'x'.repeat(256) }],
    ['with an object as scope', { scope: { 'checkout:read': true } }],
    ['with null as scope', { scope: null }],
    ['with a number as scp', { scp: 1 }],
    ['with a list in the list of scp', { scp: [['checkout:read']] }],
    ['with numbers as scopes', { scopes: [1] }],
  ])('%s is refused', async (_, claims) => {
    const { check, lines } = await checkWith(ec);
    await expectRefused(check, await sign(ec, claims), lines);
  });

  it('may be off by the tolerance of five seconds', async () => {
    const { check } = await checkWith(ec);
    const token = await sign(ec, { exp: NOW - 4, nbf: NOW + 5, aud: ['other', AUDIENCE] });
    expect(await check(bearer(token))).toMatchObject({ expiresAt: (NOW + 1) * 1000 });
  });

  it('says what its caller may do, in any of the claims that issuers use', async () => {
    const { check } = await checkWith(ec);
    const scopesOf = async (claims: Record<string, unknown>) => [
      ...(await check(bearer(await sign(ec, { scope: undefined, ...claims })))).scopes,
    ];
    expect(await scopesOf({})).toEqual([]);
    expect(await scopesOf({ scope: 'checkout:writes CHECKOUT:READ checkout' })).toEqual([]);
    expect(await scopesOf({ scope: 'a checkout:write  checkout:read' })).toEqual(['checkout:read', 'checkout:write']);
    expect(await scopesOf({ scope: ['checkout:read'] })).toEqual(['checkout:read']);
    expect(await scopesOf({ scope: ['checkout:read checkout:write'] })).toEqual([]);
    expect(await scopesOf({ scp: ['checkout:write'] })).toEqual(['checkout:write']);
    expect(await scopesOf({ scp: 'User.Read checkout:read checkout:write' })).toEqual([
      'checkout:read',
      'checkout:write',
    ]);
    expect(await scopesOf({ scp: '' })).toEqual([]);
    expect(await scopesOf({ scopes: 'checkout:write' })).toEqual(['checkout:write']);
    expect(await scopesOf({ scopes: ['checkout:read'], scp: [] })).toEqual(['checkout:read']);
  });
});

describe('the customers of a token', () => {
  it('bind its caller', async () => {
    const { check } = await checkWith(ec);
    const customersOf = async (claim: unknown) =>
      (await check(bearer(await sign(ec, { checkout_customers: claim })))).customers;
    expect(await customersOf(undefined)).toBeNull();
    expect(await customersOf([])).toEqual([]);
    const claim = [
      { provider: 'flex', id: 'cus_1' },
      { provider: 'Meteroid', id: 'c2', more: 1 },
      { provider: 'flexprice', id: 'cust_1', externalId: 'x'.repeat(255) },
    ];
    expect(await customersOf(claim)).toEqual([
      { provider: 'FLEX', id: 'cus_1' },
      { provider: 'METEROID', id: 'c2' },
      { provider: 'FLEXPRICE', id: 'cust_1', externalId: 'x'.repeat(255) },
    ]);
  });

  it.each([
    null,
    'all',
    '*',
    0,
    false,
    {},
    { provider: 'FLEX', id: 'x' },
    [null],
    ['cus_1'],
    [{}],
    [{ provider: 'FLEX' }],
    [{ id: 'x' }],
    [{ provider: 'FLEX', id: '' }],
    [{ provider: 'FLEX', id: 7 }],
    [{ provider: 'FLEX', id: null }],
    [{ provider: 'STRIPE', id: 'x' }],
    [{ provider: ['FLEX'], id: 'x' }],
    [{ provider: '__proto__', id: 'x' }],
    [{ provider: 'FLEX', id: 'x'.repeat(256) }],
    [{ provider: 'FLEXPRICE', externalId: 'x' }],
    [{ provider: 'FLEXPRICE', id: 'x', externalId: '' }],
    [{ provider: 'FLEXPRICE', id: 'x', externalId: null }],
    [{ provider: 'FLEXPRICE', id: 'x', externalId: 7 }],
    [{ provider: 'FLEXPRICE', id: 'x', externalId: ['y'] }],
    [{ provider: 'FLEXPRICE', id: 'x', externalId: 'y'.repeat(256) }],
    [
      { provider: 'FLEX', id: 'x' },
      { provider: 'FLEX', id: '' },
    ],
    [[{ provider: 'FLEX', id: 'x' }]],
  ])('that make no sense are refused, and are never all customers: %j', async (claim) => {
    const { check, lines } = await checkWith(ec);
    await expectRefused(check, await sign(ec, { checkout_customers: claim }), lines);
  });
});
