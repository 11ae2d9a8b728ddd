import { randomUUID } from 'node:crypto';
import type { SessionFilter } from '../../checkout/filter.ts';
import type { SessionKey } from '../../checkout/global-id.ts';
import type { CheckoutSession, ProviderName } from '../../checkout/session.ts';
import {
  type HeldSession,
  type IndexedSession,
  type IndexPageRequest,
  indexedSession,
  MISSING_FOR_MS,
  type SharedSessionIndex,
} from '../session-index.ts';
import type { Caller } from './caller.ts';
import { indexKeys, indexMarkKey } from './key-names.ts';
import { type Bounds, boundsBeyond, boundsOfPage, boundsOfSpan, momentText, TIME_LENGTH } from './place.ts';
import { candidateRanges, isCountedByRanges, matches, matchRanges, mayMatch } from './ranges.ts';
import { readRow, rowText } from './row.ts';

/** Sessions that one call of a script reads at most, so that others need not wait for it. */
const MOST_AT_ONCE = 500;

/** Sessions that one call merges at most. Most are known already, which takes one command each. */
const MERGED_AT_ONCE = 200;

type Walk = {
  task: string;
  provider: ProviderName;
  ranges: readonly string[];
  bounds: Bounds;
  direction: IndexPageRequest['direction'];
  /** How many to read at first. */
  size: number;
};

/**
 * The session index in Redis. A page costs what it holds and a few steps for each stretch that it is read off, a count
 * only the latter. Filters for several of customer, subscription and payment step over what has one but not the others;
 * that is read in turns, in which others change what they like, so such a count is exact only for what stays the same.
 * It is not patient: each replica has an index of its own that can take its place.
 */
export const createRedisSessionIndex = (caller: Caller, now: () => number): SharedSessionIndex =>
  new RedisSessionIndex(caller, now);

class RedisSessionIndex implements SharedSessionIndex {
  readonly #caller: Caller;
  readonly #now: () => number;

  constructor(caller: Caller, now: () => number) {
    this.#caller = caller;
    this.#now = now;
  }

  async learn(session: CheckoutSession): Promise<void> {
    const args = [session.providerId, rowText(indexedSession(session))];
    await this.#call('remember a session', 'ledgerLearn', this.#keysOf(session.provider), args);
  }

  async missing({ provider, providerId }: SessionKey): Promise<void> {
    const args = [providerId, momentText(this.#now() + MISSING_FOR_MS)];
    await this.#call('note that a session is missing', 'ledgerMissing', this.#keysOf(provider), args);
  }

  async merge(sessions: readonly HeldSession[], areNews: boolean): Promise<void> {
    for (const [provider, some] of Map.groupBy(sessions, (session) => session.provider)) {
      const keys = this.#keysOf(provider);
      for (let at = 0; at < some.length; at += MERGED_AT_ONCE) {
        const pairs = some.slice(at, at + MERGED_AT_ONCE).flatMap((held) => [held.providerId, heldText(held)]);
        await this.#call('share sessions', 'ledgerMerge', keys, [areNews ? 1 : 0, ...pairs]);
      }
    }
  }

  async mark(): Promise<string> {
    const own = randomUUID();
    const marks = this.#caller.accounts.map(({ provider, account }) =>
      this.#call('look whether Redis was emptied', 'ledgerMark', [indexMarkKey(provider, account)], [own]),
    );
    return (await Promise.all(marks)).join(' ');
  }

  async page(request: IndexPageRequest): Promise<IndexedSession[]> {
    const { provider, filter, direction, limit } = request;
    this.#caller.accountOf(provider);
    if (limit <= 0) return [];
    const ranges = candidateRanges(filter, provider);
    const walk = { task: 'list sessions', provider, ranges, bounds: boundsOfPage(request), direction, size: limit };
    const found: IndexedSession[] = [];
    for await (const some of this.#walk(walk)) {
      found.push(...some.filter((session) => mayMatch(session, filter)));
      if (found.length >= limit) break;
    }
    const page = found.slice(0, limit);
    return direction === 'older' ? page : page.reverse();
  }

  async count(provider: ProviderName, filter: SessionFilter): Promise<number> {
    const keys = this.#keysOf(provider);
    const task = 'count sessions';
    const ranges = matchRanges(filter, provider);
    if (ranges.length === 0) return 0;
    const bounds = boundsOfSpan(filter.createdAt);
    if (isCountedByRanges(filter)) {
      const args = [this.#due(), bounds.low, bounds.high, ...ranges];
      return Number(await this.#call(task, 'ledgerCount', keys, args));
    }
    let sum = 0;
    for await (const some of this.#walk({ task, provider, ranges, bounds, direction: 'older', size: MOST_AT_ONCE })) {
      sum += some.filter((session) => matches(session, filter)).length;
    }
    return sum;
  }

  #call(...[task, script, keys, args]: Parameters<Caller['call']>): Promise<unknown> {
    return this.#caller.call(task, script, keys, args, false);
  }

  #keysOf(provider: ProviderName): readonly string[] {
    return indexKeys(provider, this.#caller.accountOf(provider));
  }

  /** The time before which hours are over. */
  #due(): string {
    return momentText(this.#now() + 1);
  }

  /** Sessions of some stretches in the order of the list, in turns. */
  async *#walk({ task, provider, ranges, bounds, direction, size }: Walk): AsyncGenerator<IndexedSession[]> {
    let rest = bounds;
    for (let most = Math.min(size, MOST_AT_ONCE); ranges.length > 0; most = MOST_AT_ONCE) {
      const args = [this.#due(), direction, most, rest.low, rest.high, ...ranges];
      const entries = toEntries(await this.#call(task, 'ledgerPage', this.#keysOf(provider), args));
      yield entries.flatMap(({ place, row }) => (row && readRow(provider, place.slice(TIME_LENGTH), row)) ?? []);
      const last = entries.at(-1);
      if (last === undefined || entries.length < most) return;
      rest = boundsBeyond(rest, direction, last.place);
    }
  }
}

const heldText = ({ missingUntil, ...session }: HeldSession): string =>
  `${missingUntil === null ? '' : `!${momentText(missingUntil)}`}${rowText(session)}`;

/** The cast holds because the script gives nothing else. */
function toEntries(reply: unknown): { place: string; row: Buffer | null }[] {
  const flat = reply as (Buffer | null)[];
  return Array.from({ length: flat.length / 2 }, (_, index) => ({
    place: flat[2 * index]?.toString() ?? '',
    row: flat[2 * index + 1] ?? null,
  }));
}
