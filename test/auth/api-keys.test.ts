import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Authenticate, createAuthenticator } from '../../src/auth/authenticator.ts';
import { ANYONE } from '../../src/checkout/caller.ts';
import { recordLog } from '../helpers/log.ts';

const comparisons = vi.hoisted(() => ({ count: 0 }));
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  const timingSafeEqual: typeof crypto.timingSafeEqual = (a, b) => {
    comparisons.count += 1;
    return crypto.timingSafeEqual(a, b);
  };
  return { ...crypto, timingSafeEqual };
});

const SHOP = 'shop-key-0f5c1d';
const REPORTS = 'reports-key-77aa';
const hashOf = (key: string) => createHash('sha256').update(key).digest();

function authenticator(): Authenticate {
  const { log } = recordLog();
  const keys = [
    { name: 'shop', hash: hashOf(SHOP), scopes: ['checkout:read', 'checkout:write'] as const },
    { name: 'reports', hash: hashOf(REPORTS), scopes: ['checkout:read'] as const },
  ];
  return createAuthenticator({ config: { mode: 'api-key', keys }, log });
}

const REFUSED = { code: 'UNAUTHENTICATED', retryable: false };

describe('API keys', () => {
  beforeEach(() => {
    comparisons.count = 0;
  });

  it.each([
    ['authorization', `Bearer ${SHOP}`],
    ['authorization', `bearer   ${SHOP}`],
    ['x-api-key', SHOP],
  ])('are taken from %s: %s', async (name, value) => {
    const caller = await authenticator()({ headers: { [name]: [value] } });
    expect(caller).toEqual({ name: 'key:shop', scopes: new Set(['checkout:read', 'checkout:write']), customers: null });
  });

  it('have the scopes that they were given', async () => {
    const { name, scopes } = await authenticator()({ headers: { 'x-api-key': [REPORTS] } });
    expect({ name, scopes }).toEqual({ name: 'key:reports', scopes: new Set(['checkout:read']) });
  });

  it.each([
    { authorization: `Bearer ${SHOP}` },
    { Authorization: `Bearer ${SHOP}` },
    { 'x-api-key': SHOP },
    { 'X-Api-Key': ` ${SHOP} ` },
  ])('are taken from the parameters of a connection: %o', async (connectionParams) => {
    expect((await authenticator()({ headers: {}, connectionParams })).name).toBe('key:shop');
  });

  it('of a connection are looked for in its parameters first', async () => {
    const check = authenticator();
    const headers = { 'x-api-key': [SHOP] };
    expect((await check({ headers, connectionParams: { lang: 'en' } })).name).toBe('key:shop');
    expect((await check({ headers, connectionParams: { 'x-api-key': REPORTS } })).name).toBe('key:reports');
    await expect(check({ headers, connectionParams: { authorization: 'Bearer wrong' } })).rejects.toMatchObject(
      REFUSED,
    );
  });

  const hash = hashOf(SHOP).toString('hex');
  it.each<[string, Record<string, string[]>]>([
    ['nothing', {}],
    ['an unknown one', { 'x-api-key': ['wrong'] }],
    ['an empty one', { 'x-api-key': [''] }],
    ['no scheme', { authorization: [SHOP] }],
    ['another scheme', { authorization: [`Basic ${SHOP}`] }],
    ['a bearer of nothing', { authorization: ['Bearer '] }],
    ['more behind it', { authorization: [`Bearer ${SHOP} ${SHOP}`] }],
    ['a control character', { authorization: [`Bearer ${SHOP}\u0000`] }],
    ['a part of one', { 'x-api-key': [SHOP.slice(0, -1)] }],
    ['one and a bit', { 'x-api-key': [`${SHOP}x`] }],
    ['other letters', { 'x-api-key': [SHOP.toUpperCase()] }],
    ['its hash', { 'x-api-key': [hash] }],
    ['its name', { 'x-api-key': ['shop'] }],
    ['a header twice', { 'x-api-key': [SHOP, SHOP] }],
    ['a bearer twice', { authorization: [`Bearer ${SHOP}`, `Bearer ${REPORTS}`] }],
    ['two headers', { authorization: [`Bearer ${SHOP}`], 'x-api-key': [REPORTS] }],
    ['a good one and a bad header', { authorization: ['Basic eA=='], 'x-api-key': [SHOP] }],
    ['a long one', { 'x-api-key': ['x'.repeat(15_000)] }],
  ])('are not taken for %s, and all is refused in the same words', async (_, headers) => {
    const error = await authenticator()({ headers }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(REFUSED);
    expect((error as Error).message).toBe(
      'Expected one API key that is known here, as `authorization: Bearer <key>` or `x-api-key: <key>`.',
    );
  });

  it.each([1, null, true, [SHOP], { toString: () => SHOP }])('as parameters must be text: %o', async (value) => {
    const check = authenticator();
    await expect(check({ headers: {}, connectionParams: { 'x-api-key': value } })).rejects.toMatchObject(REFUSED);
    await expect(check({ headers: {}, connectionParams: { authorization: value } })).rejects.toMatchObject(REFUSED);
  });

  it.each([SHOP, REPORTS, 'wrong'])('are each compared in constant time, with all there are: %s', async (key) => {
    await authenticator()({ headers: { 'x-api-key': [key] } }).catch(() => {});
    expect(comparisons.count).toBe(2);
  });

  it('are not asked for where callers are not told apart', async () => {
    const check = createAuthenticator({ config: { mode: 'none' }, log: recordLog().log });
    expect(await check({ headers: { 'x-api-key': ['a', 'b'] } })).toBe(ANYONE);
  });
});
