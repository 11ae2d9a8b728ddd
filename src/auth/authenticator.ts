import { ANYONE, type Caller } from '../checkout/caller.ts';
import type { Log } from '../telemetry/log.ts';
import { type ApiKey, apiKeyCheck } from './api-keys.ts';
import { type JwtSettings, jwtCheck } from './jwt.ts';
import type { Presented } from './presented.ts';
import type { RemoteKeysTiming } from './remote-keys.ts';

/** How callers prove who they are. */
export type AuthConfig =
  | { mode: 'none' }
  | { mode: 'api-key'; keys: readonly ApiKey[] }
  | ({ mode: 'jwt' } & JwtSettings);

/** A caller, and until when it is one: epoch milliseconds, for ever when it is not there. */
export type AuthenticatedCaller = Caller & { expiresAt?: number };

/** Tells who asks. It rejects with GatewayError: UNAUTHENTICATED, or UPSTREAM_UNAVAILABLE when that cannot be told now. */
export type Authenticate = (presented: Presented) => Promise<AuthenticatedCaller>;

type Options = {
  config: AuthConfig;
  log: Log;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
  /** How often the issuer is asked for its keys. */
  timing?: Partial<RemoteKeysTiming>;
};

export function createAuthenticator({ config, log, now = Date.now, timing = {} }: Options): Authenticate {
  switch (config.mode) {
    case 'none':
      return async () => ANYONE;
    case 'api-key': {
      const check = apiKeyCheck(config.keys);
      return async (presented) => check(presented);
    }
    case 'jwt':
      return jwtCheck({ settings: config, log, now, timing });
  }
}
