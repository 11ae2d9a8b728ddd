import { exportSPKI } from 'jose';
import { expect } from 'vitest';
import { type Authenticate, createAuthenticator } from '../../src/auth/authenticator.ts';
import { readPublicKey } from '../../src/auth/public-key.ts';
import { recordLog } from '../helpers/log.ts';
import { AUDIENCE, bearer, ISSUER, NOW, type SigningKey } from './issuer.ts';

export const MESSAGE = 'Expected one valid token, as `authorization: Bearer <token>`.';

/** With one key, and the clock at NOW. */
export async function checkWith({ publicKey }: SigningKey, now = NOW * 1000) {
  const keys = readPublicKey(await exportSPKI(publicKey));
  if ('problem' in keys) throw new Error(keys.problem);
  const { log, lines } = recordLog();
  const config = { mode: 'jwt', issuer: ISSUER, audience: AUDIENCE, keys } as const;
  return { check: createAuthenticator({ config, log, now: () => now }), lines };
}

export async function expectRefused(check: Authenticate, token: string, lines: readonly string[]): Promise<void> {
  const error = await check(bearer(token)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'GatewayError', code: 'UNAUTHENTICATED', message: MESSAGE, retryable: false });
  const [, payload = '', signature = ''] = token.split('.');
  for (const secret of [token, payload, signature].filter((part) => part.length > 10)) {
    expect(lines.join('\n')).not.toContain(secret);
  }
}
