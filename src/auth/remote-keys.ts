import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { GatewayError } from '../checkout/errors.ts';
import type { Log } from '../telemetry/log.ts';
import { isUsableJwk } from './public-key.ts';

/** All in milliseconds. */
export type RemoteKeysTiming = {
  /** One request for the keys. */
  timeoutMs: number;
  /** After this long they are asked for again in the background. */
  refreshAfterMs: number;
  /** After this long who comes waits for that, unless there has been a failed request since, and it is not as old. */
  maxAgeMs: number;
  /** At most one request in this time, whatever keys tokens name. */
  cooldownMs: number;
  /** The same when the last request failed. */
  failureCooldownMs: number;
};

export const DEFAULT_TIMING: RemoteKeysTiming = {
  timeoutMs: 3000,
  refreshAfterMs: 300_000,
  maxAgeMs: 600_000,
  cooldownMs: 30_000,
  failureCooldownMs: 5000,
};

/** Of a JWKS. A hundred keys are less. */
const MAX_BYTES = 1024 * 1024;

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
  #knownSince = Number.NEGATIVE_INFINITY;
  /** When the last request failed; undefined when it did not. */
  #failedAt: number | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: Options) {
    const { timeoutMs, cooldownMs } = options.timing;
    this.#options = options;
    this.#remote = createRemoteJWKSet(new URL(options.url), {
      timeoutDuration: timeoutMs,
      cooldownDuration: cooldownMs,
      [customFetch]: fetchKeys,
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
    await this.#refresh();
    if (!this.#known) throw unavailable();
    try {
      return await this.#known(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    return this.#findNew(header);
  };

  /** Who comes waits where there are no keys, or old ones that nobody has tried to replace lately: one may be taken back. */
  async #refresh(): Promise<void> {
    const { refreshAfterMs, maxAgeMs } = this.#options.timing;
    const age = performance.now() - this.#knownSince;
    if (this.#isFailing || age < Math.min(refreshAfterMs, maxAgeMs)) return;
    const triedBefore = performance.now() - (this.#failedAt ?? Number.NEGATIVE_INFINITY);
    const mustWait = !this.#known || (age >= maxAgeMs && triedBefore >= maxAgeMs);
    const loading = this.load();
    if (mustWait) await loading;
  }

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
      const { keys } = this.#remote.jwks() ?? { keys: [] };
      // One that is too weak, say, would be an error where it is tried among others for a token that names none.
      this.#known = createLocalJWKSet({ keys: keys.filter(isUsableJwk) });
      this.#knownSince = performance.now();
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

const fetchKeys: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options);
  if (response.status !== 200 || !response.body) return response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new errors.JOSEError('the answer is larger than 1 MiB');
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks));
};

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
