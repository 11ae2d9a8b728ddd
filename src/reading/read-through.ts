import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache, Entry, Epoch, Place, Turn } from '../cache/cache.ts';
import { GatewayError } from '../checkout/errors.ts';
import type { CallContext } from '../checkout/provider.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';
import type { SessionVersion } from '../checkout/version.ts';
import type { LimitCalls } from './limit.ts';
import type { ReportBuilder } from './report.ts';

/** A question to a provider whose answer is kept. */
export type CachedRead<T> = {
  provider: ProviderName;
  place: Place;
  fetch(call: CallContext): Promise<T>;
  /** How long an answer is good for; null for one that is not kept. */
  keep(value: T, fetch: { fetchedAt: number; random: number }): Entry | null;
  /** Whether a value that is kept has been overtaken by what was told since. */
  isOutdated(value: T): boolean;
  /**
   * Whether an answer lies behind what is known already: it is asked for once more, and not kept if it does so again.
   * @param shown what a change or a webhook has told
   */
  isBehind(value: T, shown: SessionVersion | null): boolean;
  /** Sees each value that a provider gave. */
  fetched(value: T): void;
};

/** The request that reads. */
export type Reader = { call: CallContext; limit: LimitCalls; report: ReportBuilder };

export type ReadResult<T> = {
  value: T;
  /** Why the provider could not be asked, when the value is an old one that stands in for its answer. */
  failure: GatewayError | null;
};

export type ReadThrough = {
  /** @throws GatewayError when the provider fails and nothing that is kept may stand in */
  read<T>(question: CachedRead<T>, reader: Reader): Promise<ReadResult<T>>;
  /** What is kept and fresh, without asking anybody. */
  peek<T>(question: CachedRead<T>, reader: Reader): Promise<ReadResult<T> | null>;
};

type Landed = { value: unknown; freshUntil: number; isKept: boolean };
type Flight = Promise<Landed>;

type Options = {
  cache: Cache;
  /** Epoch milliseconds. */
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
  /** Milliseconds that a fetch may take, whoever waits for it. */
  fetchMs: number;
};

/** Milliseconds between two looks at whether another replica has fetched what is wanted here. */
const LOOK_MS = 25;

/**
 * Reads through the cache. A provider is asked for one thing once at a time, by whichever request came first; the others
 * wait for that answer, each as long as it can, and none of them cancels it by going away.
 */
export function createReadThrough({ cache, now, random, fetchMs }: Options): ReadThrough {
  /** By place and epoch: who comes after a change does not join what began before it. */
  const flights = new Map<string, Flight>();

  async function lookUp<T>(question: CachedRead<T>) {
    const { epoch, entry } = await cache.get(question.place);
    // What is older than what was told already is as good as nothing.
    return { epoch, entry: entry && question.isOutdated(entry.value as T) ? null : entry };
  }

  function joinable({ cell, field, covering = [] }: Place, epoch: Epoch): Flight | undefined {
    for (const one of [field, ...covering]) {
      const flight = flights.get(flightKey(cell, one, epoch));
      if (flight) return flight;
    }
    return undefined;
  }

  /** Sets off to fetch, or joins who did already. */
  async function depart<T>(question: CachedRead<T>, reader: Reader): Promise<{ landed: Flight }> {
    const turn = await cache.begin(question.place);
    const { cell, field } = question.place;
    const flying = joinable(question.place, turn.epoch);
    if (flying) return { landed: flying };
    const key = flightKey(cell, field, turn.epoch);
    const call = { requestId: reader.call.requestId, deadline: now() + fetchMs };
    const landed: Flight = takeTurn(question, turn, reader.limit, call).finally(() => flights.delete(key));
    flights.set(key, landed);
    // Everybody who waits hears of it; when nobody does any more, it is no unhandled rejection.
    landed.catch(() => {});
    return { landed };
  }

  async function takeTurn<T>(
    question: CachedRead<T>,
    first: Turn,
    limit: LimitCalls,
    call: CallContext,
  ): Promise<Landed> {
    for (let turn = first; ; turn = await cache.begin(question.place)) {
      // Somebody may have landed between the look that found nothing and the turn.
      const { entry } = await lookUp(question);
      if (entry && now() < entry.freshUntil) {
        if (turn.isMine) await cache.release(question.place, turn);
        return { value: entry.value, freshUntil: entry.freshUntil, isKept: true };
      }
      if (turn.isMine || now() >= call.deadline) return fetchNow(question, turn, limit, call);
      await sleep(LOOK_MS);
    }
  }

  async function fetchNow<T>(
    question: CachedRead<T>,
    turn: Turn,
    limit: LimitCalls,
    call: CallContext,
  ): Promise<Landed> {
    const { provider, place, fetch, keep, isBehind, fetched } = question;
    const ask = () => limit(provider, () => fetch(call));
    try {
      let fetchedAt = now();
      let value = await ask();
      if (isBehind(value, turn.shown)) {
        fetchedAt = now();
        value = await ask();
      }
      // Behind even so: it is what the provider says, but the next one asks again.
      const entry = isBehind(value, turn.shown) ? null : keep(value, { fetchedAt, random: random() });
      fetched(value);
      if (entry && entry.errorUntil > now()) await cache.store(place, turn, entry);
      else await cache.release(place, turn);
      return { value, freshUntil: entry?.freshUntil ?? 0, isKept: false };
    } catch (error) {
      await cache.release(place, turn);
      throw error;
    }
  }

  function refresh<T>(question: CachedRead<T>, epoch: Epoch | null, reader: Reader): void {
    if (epoch !== null && joinable(question.place, epoch)) return;
    // Should it fail, the next reader tries again.
    depart(question, reader).catch(() => {});
  }

  const asResult = <T>(value: unknown, failure: GatewayError | null): ReadResult<T> => ({ value: value as T, failure });

  return {
    async read<T>(question: CachedRead<T>, reader: Reader): Promise<ReadResult<T>> {
      const { epoch, entry } = await lookUp(question);
      const { report, call } = reader;
      if (entry && now() < entry.revalidateUntil) {
        if (now() >= entry.freshUntil) refresh(question, epoch, reader);
        report.hit(entry.freshUntil);
        return asResult(entry.value, null);
      }
      const flying = epoch === null ? undefined : joinable(question.place, epoch);
      const wait = ({ landed }: { landed: Flight }) => within(landed, call.deadline - now(), question.provider);
      try {
        let answer = await wait(flying ? { landed: flying } : await depart(question, reader));
        // Something newer was told while this was on its way for somebody else.
        if (flying && question.isOutdated(answer.value as T)) answer = await wait(await depart(question, reader));
        const { value, freshUntil, isKept } = answer;
        if (isKept) report.hit(freshUntil);
        else report.miss(freshUntil);
        return asResult(value, null);
      } catch (error) {
        if (!entry || now() >= entry.errorUntil || !isTroubleOfTheProvider(error)) {
          report.failed();
          throw error;
        }
        report.stale();
        return asResult(entry.value, error);
      }
    },
    async peek(question, { report }) {
      const { entry } = await lookUp(question);
      if (!entry || now() >= entry.freshUntil) return null;
      report.hit(entry.freshUntil);
      return asResult(entry.value, null);
    },
  };
}

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
