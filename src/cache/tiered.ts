import { newest, type SessionVersion } from '../checkout/version.ts';
import { RedisAway, type RedisClient, type RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import type { Cache, Entry, Epoch, Look, Place, Turn } from './cache.ts';
import { alone, Held, inNeed, isTrusted } from './held.ts';
import type { MemoryCache } from './memory.ts';
import type { MemoryCells } from './memory-cells.ts';
import type { RedisCache } from './redis.ts';
import { Untold } from './untold.ts';

type Options = {
  /** For nobody else. */
  memory: MemoryCache;
  redis: RedisCache;
  /** The one that `redis` was made with. */
  link: RedisLink;
  /** Epoch milliseconds. */
  now: () => number;
  /** What was fetched before is not believed; epoch milliseconds. @default everything is */
  trustedSince?: number;
  log: Log;
};

/** Cells that others stand under are few: one for each provider's lists. */
const MOST_ABOVE = 1000;
/** Times that a drop is tried while Redis is there: whoever waits for it must not be answered before the others know. */
const TELL_TIMES = 5;
/** Milliseconds before Redis is told again what it did not take although it is there. */
const TELL_AGAIN_MS = 100;

/**
 * Memory in front of Redis. A value in memory counts only when Redis confirms its epoch, so a change by one replica is
 * seen by the next read of any other. While Redis is away memory answers alone, for three seconds; after that time
 * nothing counts that was fetched before, because a replica that changed something may not have been able to tell.
 */
export const createTieredCache = (options: Options): Cache => new TieredCache(options);

class TieredCache implements Cache {
  readonly #cells: MemoryCells;
  readonly #redis: RedisCache;
  readonly #link: RedisLink;
  readonly #now: () => number;
  readonly #log: Log;
  readonly #turns = new WeakMap<Turn, { here: Turn; there: Turn | null }>();
  readonly #untold = new Untold();
  readonly #above = new Set<string>();
  /** What was not fetched after it is not believed; epoch milliseconds. */
  #trustedSince: number;
  #isTelling = false;
  #hasReported = false;

  constructor({ memory, redis, link, now, trustedSince = Number.NEGATIVE_INFINITY, log }: Options) {
    this.#trustedSince = trustedSince;
    this.#cells = memory.cells;
    this.#redis = redis;
    this.#link = link;
    this.#now = now;
    this.#log = log;
    link.beforeReturn((client) => this.#return(client));
  }

  async get(place: Place): Promise<Look> {
    if (!this.#asksRedis(place)) return alone(this.#cells.look(place));
    // Before Redis is asked: a drop meanwhile keeps the answer out of memory.
    const here = this.#cells.epochOf(place);
    try {
      return (await this.#confirmed(place, here)) ?? (await this.#fetched(place, here));
    } catch (error) {
      this.#report(error);
      const look = alone(this.#cells.look(place));
      // A single command that failed: others go through, and with them what another replica has to tell.
      return this.#link.isUp ? { ...look, entry: look.entry && inNeed(look.entry) } : look;
    }
  }

  async begin(place: Place): Promise<Turn> {
    const here = this.#cells.begin(place);
    const there = this.#asksRedis(place) ? await this.#tried(() => this.#redis.begin(place)) : null;
    // Another replica has the turn: nobody here does, should Redis go away.
    if (there && !there.isMine) this.#cells.release(place, here);
    const shown = here.shown && there?.shown ? newest(here.shown, there.shown) : (here.shown ?? there?.shown ?? null);
    const turn = { epoch: join(here.epoch, there?.epoch), isMine: (there ?? here).isMine, shown };
    this.#turns.set(turn, { here, there });
    return turn;
  }

  async store(place: Place, turn: Turn, entry: Entry): Promise<boolean> {
    const taken = this.#turns.get(turn);
    if (!taken) return false;
    const { here, there } = taken;
    // A drop that Redis has not heard of is known here.
    const isCurrent = this.#cells.look(place).epoch === here.epoch;
    const held = new Held(entry.value, there?.epoch ?? null, entry.fetchedAt);
    const isStored = isCurrent && this.#cells.put(place, here.epoch, { ...entry, value: held });
    this.#cells.release(place, here);
    // Nobody waits for it. A drop that comes after it is sent after it; and one that were to come first would take the
    // token away.
    if (there) void this.#tried(() => this.#passOn(place, there, isCurrent ? entry : null));
    return isStored;
  }

  async release(place: Place, turn: Turn): Promise<void> {
    const taken = this.#turns.get(turn);
    if (!taken) return;
    const { here, there } = taken;
    this.#cells.release(place, here);
    if (there) await this.#tried(() => this.#redis.release(place, there));
  }

  async drop(cells: readonly string[]): Promise<void> {
    this.#cells.drop(cells);
    for (let time = 1; time <= TELL_TIMES; time++) if (await this.#told(() => this.#redis.drop(cells))) return;
    const lost = this.#untold.drop(cells);
    if (lost > 0)
      this.#log.warn({ lost }, 'redis is away for so long that not all changes can be told when it is back');
    // One that is full or slow may still delete; and those who rely on it would not hear of the change otherwise.
    if (!this.#link.isUp) {
      await this.#link.attempt((client) => this.#redis.tell(client, { drops: cells, shown: [] })).catch(() => {});
    }
    // Once more, for what was read from Redis while it was being told.
    this.#cells.drop(cells);
    this.#tellSoon();
  }

  async show(cell: string, version: SessionVersion): Promise<void> {
    this.#cells.shown.show(cell, version);
    if (await this.#told(() => this.#redis.show(cell, version))) return;
    this.#untold.show(cell, version);
    this.#tellSoon();
  }

  /** What memory holds, when Redis confirms it; null when it has to be read from there. */
  async #confirmed(place: Place, here: Epoch): Promise<Look | null> {
    const { entry } = this.#cells.look(place, (each) => isTrusted(each, this.#trustedSince));
    if (!entry || !(entry.value instanceof Held)) return null;
    const askedAt = this.#now();
    const there = await this.#redis.epochOf(place);
    if (there === entry.value.remote && isTrusted(entry, this.#trustedSince)) {
      entry.value.knownAt = Math.max(askedAt, entry.value.knownAt);
      return { epoch: join(here, there), entry: { ...entry, value: entry.value.value } };
    }
    // It must not count either if Redis goes away now.
    this.#cells.discard(place, entry);
    return there === null ? { epoch: null, entry: null } : null;
  }

  /** What Redis holds, kept in memory from now on. */
  async #fetched(place: Place, here: Epoch): Promise<Look> {
    const askedAt = this.#now();
    const { epoch, entry, field } = await this.#redis.get(place);
    if (epoch === null) return { epoch, entry: null };
    const look = { epoch: join(here, epoch), entry: null };
    if (!entry || field === null || entry.fetchedAt <= this.#trustedSince) return look;
    const found = { cell: place.cell, field, ...(place.under !== undefined && { under: place.under }) };
    // What has been fetched here meanwhile is newer.
    const isNewest = (this.#cells.look(found).entry?.fetchedAt ?? 0) <= entry.fetchedAt;
    if (isNewest) this.#cells.put(found, here, { ...entry, value: new Held(entry.value, epoch, askedAt) });
    return { ...look, entry };
  }

  async #passOn(place: Place, turn: Turn, entry: Entry | null): Promise<void> {
    if (!entry) return this.#redis.release(place, turn);
    const { isNews } = await this.#redis.store(place, turn, entry);
    if (isNews && place.shownIn) await this.drop(place.shownIn);
  }

  /** Whether Redis is to be asked; not of a cell whose drop it has not heard of. */
  #asksRedis({ cell, under }: Place): boolean {
    if (under !== undefined && this.#above.size < MOST_ABOVE) this.#above.add(under);
    if (!this.#link.isUp) return false;
    this.#tellSoon();
    return !this.#untold.has(cell) && (under === undefined || !this.#untold.has(under));
  }

  /** Everything that Redis has not heard of is told before it counts as back. */
  async #return(client: RedisClient): Promise<void> {
    // What the others have changed among lists meanwhile is not known one by one.
    this.#untold.drop(this.#above);
    while (!this.#untold.isEmpty) await this.#untold.tell((news) => this.#redis.tell(client, news));
    this.#trustedSince = this.#now();
  }

  /** Tells what Redis did not take although it is there: a single command failed, or it had just come back. */
  #tellSoon(): void {
    if (this.#isTelling || this.#untold.isEmpty || !this.#link.isUp) return;
    this.#isTelling = true;
    this.#untold
      .tell((news) => this.#link.run((client) => this.#redis.tell(client, news)))
      .catch((error) => this.#report(error))
      .finally(() => {
        this.#isTelling = false;
        if (!this.#untold.isEmpty) setTimeout(() => this.#tellSoon(), TELL_AGAIN_MS).unref();
      });
  }

  /** Null when Redis could not be asked. */
  async #tried<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.#report(error);
      return null;
    }
  }

  /** Whether Redis has heard of it. */
  async #told(work: () => Promise<void>): Promise<boolean> {
    if (!this.#link.isUp) return false;
    const told = await this.#tried(async () => {
      await work();
      return true;
    });
    return told ?? false;
  }

  /** An error that says nothing of Redis' state is a mistake here or there; once is enough to find it. */
  #report(error: unknown): void {
    if (error instanceof RedisAway || this.#hasReported) return;
    this.#hasReported = true;
    // The first word of Redis' errors is a code; the rest may hold keys.
    const reason = error instanceof Error ? error.message.split(' ', 1)[0] : typeof error;
    this.#log.error({ reason }, 'redis refused a command of the cache; such reads go on without it');
  }
}

const join = (here: Epoch, there: Epoch | null | undefined): Epoch => `${here}/${there ?? ''}`;
