import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { type JsonServer, type Reply, startJsonServer } from '../helpers/json-server.ts';

export const ISSUER = 'https://issuer.example';
export const AUDIENCE = 'checkout-gateway';
/** Epoch seconds. */
export const NOW = 1_800_000_000;

export type SigningKey = { kid: string; alg: string; privateKey: CryptoKey; publicKey: CryptoKey; jwk: JWK };

export async function makeKey(kid: string, alg = 'ES256', options = {}): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, ...options });
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** What a token says when nothing is wrong with it. */
export const GOOD_CLAIMS: JWTPayload = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'user-1',
  exp: NOW + 300,
  scope: 'openid checkout:read',
};

/** A token of a key; a claim of undefined is left out. */
export const sign = (
  { kid, alg, privateKey }: Pick<SigningKey, 'kid' | 'alg' | 'privateKey'>,
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> =>
  new SignJWT({ ...GOOD_CLAIMS, ...claims })
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg, kid, typ: 'JWT', ...header })))
    .sign(privateKey);

export type Issuer = JsonServer & {
  jwksUrl: string;
  /** What its endpoint answers from now on. */
  publish(reply: readonly SigningKey[] | Reply | (() => Promise<Reply>)): void;
};

/** A JWKS endpoint on loopback; it is stopped when the test is over. */
export async function startIssuer(keys: readonly SigningKey[]): Promise<Issuer> {
  const setOf = (some: readonly SigningKey[]): Reply => ({ body: { keys: some.map(({ jwk }) => jwk) } });
  let reply: () => Promise<Reply> = async () => setOf(keys);
  const server = await startJsonServer(() => reply());
  onTestFinished(() => server.stop());
  return {
    ...server,
    jwksUrl: `${server.url}/jwks`,
    publish(next) {
      if (typeof next === 'function') reply = next;
      else reply = async () => (Array.isArray(next) ? setOf(next) : (next as Reply));
    },
  };
}

export const bearer = (token: string) => ({ headers: { authorization: [`Bearer ${token}`] } });
