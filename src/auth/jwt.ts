import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Caller } from '../checkout/caller.ts';
import { GatewayError } from '../checkout/errors.ts';
import type { Log } from '../telemetry/log.ts';
import { BadClaims, callerOf } from './claims.ts';
import { bearerIn, credentialsIn, type Presented, unauthenticated } from './presented.ts';
import { ALGORITHMS, type PublicKey } from './public-key.ts';
import { DEFAULT_TIMING, RemoteKeys, type RemoteKeysTiming } from './remote-keys.ts';

export type JwtSettings = {
  issuer: string;
  audience: string;
  /** Where the issuer's keys are, or the one that there is. */
  keys: { jwksUrl: string } | PublicKey;
};

/** A caller with a token is one until the token expires. */
export type TokenCaller = Caller & {
  /** Epoch milliseconds. */
  expiresAt: number;
};

type Options = { settings: JwtSettings; log: Log; now: () => number; timing?: Partial<RemoteKeysTiming> };

const EXPECTED = 'one valid token, as `authorization: Bearer <token>`';

/** Bytes. The rest of a longer one is never looked at. */
const MAX_TOKEN = 8 * 1024;

const CLOCK_TOLERANCE_S = 5;

/** Three parts, none empty; not all that decodes as base64url is. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** @returns what tells who presents a token; it rejects with UNAUTHENTICATED, or UPSTREAM_UNAVAILABLE without keys */
export function jwtCheck({ settings, log, now, timing }: Options): (presented: Presented) => Promise<TokenCaller> {
  const { issuer, audience, keys } = settings;
  const { find, algorithms } = keysOf(keys, { log, timing: { ...DEFAULT_TIMING, ...timing } });
  return async (presented) => {
    const options: JWTVerifyOptions = {
      algorithms: [...algorithms],
      issuer,
      audience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
    };
    try {
      const claims = await verified(tokenIn(presented), find, options);
      // As long as a token that came now would be taken.
      return { ...callerOf(claims, issuer), expiresAt: (Number(claims.exp) + CLOCK_TOLERANCE_S) * 1000 };
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      log.debug({ reason: reasonOf(error) }, 'a token was not taken');
      throw unauthenticated(EXPECTED);
    }
  };
}

function keysOf(
  keys: JwtSettings['keys'],
  options: { log: Log; timing: RemoteKeysTiming },
): { find: JWTVerifyGetKey; algorithms: readonly string[] } {
  if ('key' in keys) return { find: async () => keys.key, algorithms: keys.algorithms };
  const remote = new RemoteKeys({ url: keys.jwksUrl, ...options });
  // Ahead of the first caller; and an address that is wrong is told at the start.
  void remote.load();
  return { find: remote.find, algorithms: ALGORITHMS };
}

function tokenIn(presented: Presented): string {
  const { authorization } = credentialsIn(presented);
  const [only = null, ...others] = authorization;
  if (others.length > 0) throw new BadClaims('several');
  // Of ASCII, a character is a byte.
  if (only !== null && only.length > MAX_TOKEN) throw new BadClaims('size');
  const token = bearerIn(only);
  if (token === undefined || !COMPACT.test(token)) throw new BadClaims('form');
  return token;
}

/**
 * The claims of a token. What its header says of keys (`jwk`, `jku`, `x5u`, `x5c`) is not looked at, and extensions that
 * it calls critical are refused.
 */
async function verified(token: string, find: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  const findKey: JWTVerifyGetKey = (header, jws) => {
    if (header.crit !== undefined) throw new BadClaims('crit');
    return find(header, jws);
  };
  try {
    return (await jwtVerify(token, findKey, options)).payload;
  } catch (error) {
    // A token that names no key, of an issuer that has several.
    if (error instanceof errors.JWKSMultipleMatchingKeys) return withAnyOf(error, token, options);
    throw error;
  }
}

async function withAnyOf(
  candidates: errors.JWKSMultipleMatchingKeys,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of candidates) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** A word for the log. The sentences of errors hold parts of tokens. */
function reasonOf(error: unknown): string {
  if (error instanceof BadClaims) return error.message;
  if (error instanceof errors.JWTClaimValidationFailed) return `${error.code} ${error.claim}`;
  return error instanceof errors.JOSEError ? error.code : 'the key is not for its alg';
}
