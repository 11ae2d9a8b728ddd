import type { Cache, Entry, Epoch, Place } from '../cache/cache.ts';
import { GatewayError } from '../checkout/errors.ts';
import type { CallContext } from '../checkout/provider.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';
import type { SessionVersion } from '../checkout/version.ts';
import { fetchInTurn, type Landed, type TurnOptions } from './fetch-in-turn.ts';
import type { LimitCalls } from './limit.ts';
import type { ReportBuilder } from './report.ts';

/** A question to a provider whose answer is kept. Times are epoch milliseconds. */
export type CachedRead<T> = {
  provider: ProviderName;
  place: Place;
  fetch(call: CallContext): Promise<T>;
  /** How long an answer is good for; null for one that is not kept. */
  keep(value: T, fetch: { fetchedAt: number; random: number }): Entry | null;
  /** Whether an answer to a question asked then has been overtaken by what was told since. */
  isOutdated(value: T, askedAt: number): boolean;
  /**
   * Whether an answer lies behind what is known already: it is asked for once more, and not kept if it does so again.
   * @param shown what a change or a webhook has told
   */
  isBehind(value: T, shown: SessionVersion | null): boolean;
  /** Sees each value that a provider gave and that is not behind. */
  fetched(value: T, askedAt: number): void;
};

/** The request that reads. */
export type Reader = {
  call: CallContext;
  limit: LimitCalls;
  report: ReportBuilder;
  /** Told of every call to a provider that it causes. */
  onCall(provider: ProviderName): void;
};

export type ReadResult<T> = {
  value: T;
  /** Why the provider could not be asked, when the value is an old one that stands in for its answer. */
  failure: GatewayError | null;
  /** Whether the provider was not asked for it just now. */
  isKept: boolean;
  /** Whether it is the state of things, as far as is known. */
  isCurrent: boolean;
};

export type ReadThrough = {
  /** @throws GatewayError when the provider fails and nothing that is kept may stand in */
  read<T>(question: CachedRead<T>, reader: Reader): Promise<ReadResult<T>>;
  /** What is kept and fresh, without asking anybody. */
  peek<T>(question: CachedRead<T>, reader: Reader): Promise<ReadResult<T> | null>;
  /** What is kept and may stand in for a provider that failed when it was asked some other way. @throws the failure */
  standIn<T>(question: CachedRead<T>, failure: unknown, reader: Reader): Promise<ReadResult<T>>;
};

type Flight = Promise<Landed>;

type Options = Omit<TurnOptions, 'lookUp'> & {
  /** Milliseconds that a fetch may take, whoever waits for it. */
  fetchMs: number;
};

/**
 * Reads through the cache. A provider is asked for one thing once at a time, by whichever request came first; the others
 * wait for that answer, each as long as it can, and none of them cancels it by going away.
 */
export const createReadThrough = (options: Options): ReadThrough => new Reads(options);

class Reads implements ReadThrough {
  readonly #cache: Cache;
  readonly #now: () => number;
  readonly #options: Options;
  /** By place and epoch: who comes after a change does not join what began before it. */
  readonly #flights = new Map<string, Flight>();

  constructor(options: Options) {
    this.#cache = options.cache;
    this.#now = options.now;
    this.#options = options;
  }

  async read<T>(question: CachedRead<T>, reader: Reader): Promise<ReadResult<T>> {
    const { epoch, entry } = await this.#lookUp(question);
    if (entry && this.#now() < entry.revalidateUntil) {
      if (this.#now() >= entry.freshUntil) this.#refresh(question, epoch, reader);
      reader.report.hit(entry.freshUntil);
      return kept(entry);
    }
    try {
      // Who waits for a place has not set off yet: nobody who joins waits in another's queue.
      return await reader.limit(question.provider, () => this.#fetch(question, epoch, reader));
    } catch (error) {
      return this.#instead(entry, error, reader);
    }
  }

  async peek<T>(question: CachedRead<T>, { report }: Reader): Promise<ReadResult<T> | null> {
    const { entry } = await this.#lookUp(question);
    if (!entry || this.#now() >= entry.freshUntil) return null;
    report.hit(entry.freshUntil);
    return kept(entry);
  }

  async standIn<T>(question: CachedRead<T>, failure: unknown, reader: Reader): Promise<ReadResult<T>> {
    return this.#instead((await this.#lookUp(question)).entry, failure, reader);
  }

  #instead<T>(entry: Entry | null, error: unknown, { report }: Reader): ReadResult<T> {
    if (!entry || this.#now() >= entry.errorUntil || !isTroubleOfTheProvider(error)) {
      report.failed();
      throw error;
    }
    report.stale();
    return { ...kept<T>(entry), failure: error, isCurrent: false };
  }

  readonly #lookUp = async <T>(question: CachedRead<T>) => {
    const { epoch, entry } = await this.#cache.get(question.place);
    // What is older than what was told already is as good as nothing; so is what was told in the same millisecond, of
    // which nobody knows.
    const isOutdated = entry !== null && question.isOutdated(entry.value as T, entry.fetchedAt - 1);
    return { epoch, entry: isOutdated ? null : entry };
  };

  async #fetch<T>(question: CachedRead<T>, epoch: Epoch | null, reader: Reader): Promise<ReadResult<T>> {
    const { call, report } = reader;
    // It has waited for its place until nobody waits for it any more.
    if (this.#now() >= call.deadline) throw timeout(question.provider);
    const wait = ({ landed }: { landed: Flight }) => within(landed, call.deadline - this.#now(), question.provider);
    const flying = epoch === null ? undefined : this.#joinable(question.place, epoch);
    let answer = await wait(flying ? { landed: flying } : await this.#depart(question, reader));
    // Something newer was told while this was on its way.
    if (question.isOutdated(answer.value as T, answer.askedAt))
      answer = await wait(await this.#depart(question, reader));
    if (answer.isKept) report.hit(answer.freshUntil);
    else report.miss(answer.freshUntil);
    const { value, isKept, isCurrent } = answer;
    return { value: value as T, failure: null, isKept, isCurrent };
  }

  #joinable({ cell, field, covering = [] }: Place, epoch: Epoch): Flight | undefined {
    for (const one of [field, ...covering]) {
      const flight = this.#flights.get(flightKey(cell, one, epoch));
      if (flight) return flight;
    }
    return undefined;
  }

  /** Sets off to fetch, or joins who did already. */
  async #depart<T>(question: CachedRead<T>, reader: Reader): Promise<{ landed: Flight }> {
    const turn = await this.#cache.begin(question.place);
    const { cell, field } = question.place;
    const flying = this.#joinable(question.place, turn.epoch);
    if (flying) {
      if (turn.isMine) void this.#cache.release(question.place, turn);
      return { landed: flying };
    }
    const key = flightKey(cell, field, turn.epoch);
    const call = { requestId: reader.call.requestId, deadline: this.#now() + this.#options.fetchMs };
    const options = { ...this.#options, lookUp: this.#lookUp };
    const landed: Flight = fetchInTurn(question, turn, { ...reader, call }, options).finally(() =>
      this.#flights.delete(key),
    );
    this.#flights.set(key, landed);
    // Everybody who waits hears of it; when nobody does any more, it is no unhandled rejection.
    landed.catch(() => {});
    return { landed };
  }

  #refresh<T>(question: CachedRead<T>, epoch: Epoch | null, reader: Reader): void {
    if (epoch !== null && this.#joinable(question.place, epoch)) return;
    // Should it fail, the next reader tries again.
    this.#depart(question, reader).catch(() => {});
  }
}

const kept = <T>({ value }: Entry): ReadResult<T> => ({
  value: value as T,
  failure: null,
  isKept: true,
  isCurrent: true,
});

const flightKey = (cell: string, field: string, epoch: Epoch): string => `${epoch}\n${field}\n${cell}`;

/** What a provider did; not that it refuses the gateway's own credentials, which somebody has to mend. */
const isTroubleOfTheProvider = (error: unknown): error is GatewayError =>
  error instanceof GatewayError && error.code.startsWith('UPSTREAM_') && error.code !== 'UPSTREAM_AUTH_FAILED';

/** Waits no longer than this caller can; what it waits for goes on for the others. */
function within<T>(work: Promise<T>, milliseconds: number, provider: ProviderName): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timeout(provider)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const timeout = (provider: ProviderName): GatewayError =>
  new GatewayError('UPSTREAM_TIMEOUT', `${displayName(provider)} did not answer in time.`, {
    provider,
    retryable: true,
  });
