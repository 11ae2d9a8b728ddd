import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTHeaderParameters, type JWTVerifyGetKey } from 'jose';
import { GatewayError } from '../checkout/errors.ts';
import type { Log } from '../telemetry/log.ts';

/** All in milliseconds. */
export type RemoteKeysTiming = {
  /** One request for the keys. */
  timeoutMs: number;
  /** After this long they are asked for again. */
  maxAgeMs: number;
  /** At most one request in this time, whatever keys tokens name. */
  cooldownMs: number;
  /** The same when the last request failed. */
  failureCooldownMs: number;
};

export const DEFAULT_TIMING: RemoteKeysTiming = {
  timeoutMs: 3000,
  maxAgeMs: 600_000,
  cooldownMs: 30_000,
  failureCooldownMs: 5000,
};

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

type Options = { url: string; timing: RemoteKeysTiming; log: Log };

/**
 * The keys of an issuer, as its JWKS endpoint gives them. The library asks, keeps and looks them up; but it forgets what
 * it has when the endpoint fails, and asks a failing one again for each token. Here, keys that are known stay known.
 */
export class RemoteKeys {
  readonly #remote: ReturnType<typeof createRemoteJWKSet>;
  readonly #options: Options;
  #known: LocalKeys | undefined;
  /** When the last request failed; undefined when it did not. */
  #failedAt: number | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: Options) {
    const { timeoutMs, maxAgeMs, cooldownMs } = options.timing;
    this.#options = options;
    this.#remote = createRemoteJWKSet(new URL(options.url), {
      timeoutDuration: timeoutMs,
      cacheMaxAge: maxAgeMs,
      cooldownDuration: cooldownMs,
    });
  }

  /** Never rejects: that the keys cannot be had is told to the log. */
  async load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  /**
   * The key for a token. The id in its header only chooses among the keys that are there.
   *
   * @throws GatewayError when the keys cannot be had, and none that is known fits
   */
  readonly find: JWTVerifyGetKey = async (header: JWTHeaderParameters) => {
    if (!this.#remote.fresh && !this.#isFailing) await this.load();
    if (!this.#known) throw unavailable();
    try {
      return await this.#known(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    return this.#findNew(header);
  };

  /** Perhaps the issuer has a new key. */
  async #findNew(header: JWTHeaderParameters): ReturnType<LocalKeys> {
    if (!this.#remote.coolingDown && !this.#isFailing) await this.load();
    try {
      if (!this.#known) throw unavailable();
      return await this.#known(header);
    } catch (error) {
      // While nothing newer can be had, nobody can tell whether it is a new key.
      if (error instanceof errors.JWKSNoMatchingKey && this.#failedAt !== undefined) throw unavailable();
      throw error;
    }
  }

  /** Not to be asked again yet. */
  get #isFailing(): boolean {
    return this.#failedAt !== undefined && performance.now() - this.#failedAt < this.#options.timing.failureCooldownMs;
  }

  async #load(): Promise<void> {
    try {
      await this.#remote.reload();
      this.#known = createLocalJWKSet(this.#remote.jwks() ?? { keys: [] });
      this.#failedAt = undefined;
    } catch (error) {
      this.#failedAt = performance.now();
      this.#options.log.warn(
        { reason: reasonOf(error), hasKeys: this.#known !== undefined },
        'no keys for tokens came',
      );
    }
  }
}

/** Holds nothing of an address, as the messages of network errors do. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JOSEError) return error.message;
  const { cause, name }: { cause?: { code?: unknown }; name?: unknown } = Object(error);
  return String(cause?.code ?? name);
}

const unavailable = () =>
  new GatewayError('UPSTREAM_UNAVAILABLE', 'Tokens cannot be checked now, as the keys of their issuer cannot be had.', {
    retryable: true,
  });
