import type { SessionVersion } from '../checkout/version.ts';
import type { RedisClient, RedisLink } from '../redis/link.ts';
import { type Cache, type Entry, type Epoch, type Look, type Place, SHOWN_MS, TURN_MS, type Turn } from './cache.ts';
import { type Codec, createCodec, type UnreadableReason } from './codec.ts';
import { isToken, joinTokens, newToken, ownToken, underToken } from './epoch.ts';
import { readHash, removeKey } from './hash-commands.ts';
import { createKeyNames, type KeyNames } from './key-names.ts';
import { longer } from './longest.ts';
import { CACHE_SCRIPTS } from './scripts.ts';
import type { News } from './untold.ts';
import { readVersion, VERSION_FIELDS, versionArguments } from './version-fields.ts';

export type RedisLook = Look & {
  /** Which of the place's and its covering fields the entry is of; null when there is none. */
  field: string | null;
};

/**
 * What all replicas share. Unlike the stores that callers get, each method fails when Redis cannot be asked: with
 * RedisAway, or with Redis' own error where that says nothing of its state.
 */
export type RedisCache = Omit<Cache, 'get' | 'store'> & {
  get(place: Place): Promise<RedisLook>;
  /** What the value is shown in is for the caller to drop. */
  store(place: Place, turn: Turn, entry: Entry): Promise<Stored>;
  /** The present epoch alone; null when the cell, or the one that it stands under, has none. */
  epochOf(place: Place): Promise<Epoch | null>;
  /** Says by a given client what could not be said when it happened. */
  tell(client: RedisClient, news: News): Promise<void>;
};

export type Stored = {
  isStored: boolean /** Whether it is of another version than what was there. */;
  isNews: boolean;
};

type Options = {
  /** Made with `CACHE_SCRIPTS`. */
  link: RedisLink;
  /** 32 bytes; null leaves keys and values readable to whoever can look into Redis. */
  encryptionKey: Buffer | null;
  /** Epoch milliseconds. */
  now: () => number;
  /** Told of every value that could not be read; each counts as a miss. */
  onUnreadable?: (reason: UnreadableReason) => void;
};

/** Milliseconds for which a cell is kept at least, so that a read which has begun can be stored. */
const BEGUN_MS = 60_000;
/** For one that others stand under: as long as anything under it is good. */
const UNDER_MS = 24 * 3_600_000;
const LONGEST_MS = 7 * 24 * 3_600_000;

/** What the script that stores gives. */
const STORED = 1;
const NEWS = 2;

const TOKEN = 'token';
const valueField = (field: string) => `v:${field}`;
const turnField = (field: string, above: string | undefined) =>
  above === undefined ? `t:${field}` : `t:${field}:${above}`;

export const createRedisCache = ({ link, encryptionKey, now, onUnreadable }: Options): RedisCache =>
  new SharedCells(link, createKeyNames(encryptionKey), createCodec({ encryptionKey, onUnreadable }), now);

class SharedCells implements RedisCache {
  readonly #link: RedisLink;
  readonly #names: KeyNames;
  readonly #codec: Codec;
  readonly #now: () => number;
  /** What has to be shown to give a turn back. */
  readonly #taken = new WeakMap<Turn, { field: string; owner: string }>();

  constructor(link: RedisLink, names: KeyNames, codec: Codec, now: () => number) {
    this.#link = link;
    this.#names = names;
    this.#codec = codec;
    this.#now = now;
  }

  async get(place: Place): Promise<RedisLook> {
    const fields = [place.field, ...(place.covering ?? [])];
    const { epoch, values } = await this.#link.run((client) => this.#read(client, place, fields));
    let best: { entry: Entry; field: string } | null = null;
    for (const [index, field] of fields.entries()) {
      const entry = epoch && this.#decode(place.cell, field, epoch, values[index]);
      if (entry && longer(best?.entry ?? null, entry) === entry) best = { entry, field };
    }
    return { epoch, entry: best?.entry ?? null, field: best?.field ?? null };
  }

  async epochOf(place: Place): Promise<Epoch | null> {
    return (await this.#link.run((client) => this.#read(client, place, []))).epoch;
  }

  async begin({ cell, field, under }: Place): Promise<Turn> {
    const owner = newToken();
    const key = this.#names.cell(cell);
    // First, because a turn that was taken before that cell was dropped is nobody's to wait for.
    const above = under === undefined ? undefined : await this.#begin(this.#names.cell(under), '', '', UNDER_MS);
    const taken = turnField(field, above?.token);
    const own = await this.#begin(key, taken, owner, BEGUN_MS);
    // Not at the same time: the two may lie on different nodes, and what was shown between the look and the turn, before
    // the cell was dropped, would not be known in the turn.
    const shown = await this.#link.run((client) => readHash(client, this.#names.shown(cell), VERSION_FIELDS));
    const epoch = above ? `${own.token}.${above.token}` : own.token;
    const turn = { epoch, isMine: own.isMine, shown: readVersion(shown) };
    if (own.isMine) this.#taken.set(turn, { field: taken, owner });
    return turn;
  }

  async store(place: Place, turn: Turn, entry: Entry): Promise<Stored> {
    const renewed = newToken();
    const stored = await this.#store(place, turn, { entry, epoch: turn.epoch, renewed });
    if (stored !== NEWS) return { isStored: stored === STORED, isNews: false };
    const under = underToken(turn.epoch);
    const epoch = under === undefined ? renewed : `${renewed}.${under}`;
    return { isStored: (await this.#store(place, turn, { entry, epoch, renewed })) === STORED, isNews: true };
  }

  async #store(
    place: Place,
    turn: Turn,
    { entry, epoch, renewed }: { entry: Entry; epoch: Epoch; renewed: string },
  ): Promise<unknown> {
    const spot = { key: this.#names.cell(place.cell), field: valueField(place.field) };
    const bytes = this.#codec.encode(spot, epoch, entry);
    // It would not be valid; but it would be written over one that is.
    if (bytes === null || !(await this.#isUnderStill(place, turn))) {
      await this.release(place, turn);
      return 0;
    }
    const { field, owner } = this.#taken.get(turn) ?? { field: '', owner: '' };
    const keep = Math.min(LONGEST_MS, Math.max(BEGUN_MS, Math.ceil(entry.errorUntil - this.#now())));
    const { fetchedAt } = entry;
    const version = entry.version === undefined ? '' : this.#names.version(place.cell, entry.version);
    return this.#call('cacheStore', spot.key, [
      ...[ownToken(epoch), spot.field, bytes, field, owner, keep],
      ...[Math.floor(fetchedAt), version, renewed],
    ]);
  }

  async release(place: Place, turn: Turn): Promise<void> {
    const taken = this.#taken.get(turn);
    if (taken) await this.#call('cacheRelease', this.#names.cell(place.cell), [taken.field, taken.owner]);
  }

  async drop(cells: readonly string[]): Promise<void> {
    await this.#link.run((client) => this.#remove(client, cells));
  }

  async show(cell: string, version: SessionVersion): Promise<void> {
    await this.#call('cacheShow', this.#names.shown(cell), [...versionArguments(version), SHOWN_MS]);
  }

  async tell(client: RedisClient, { drops, shown }: News): Promise<void> {
    const { lua } = CACHE_SCRIPTS.cacheShow;
    await Promise.all([
      this.#remove(client, drops),
      ...Array.from(shown, ([cell, version]) =>
        client.eval(lua, 1, this.#names.shown(cell), ...versionArguments(version), SHOWN_MS),
      ),
    ]);
  }

  async #remove(client: RedisClient, cells: readonly string[]): Promise<void> {
    await Promise.all(cells.map((cell) => removeKey(client, this.#names.cell(cell))));
  }

  async #isUnderStill({ under }: Place, { epoch }: Turn): Promise<boolean> {
    if (under === undefined) return true;
    const key = this.#names.cell(under);
    const [token] = await this.#link.run((client) => readHash(client, key, [TOKEN]));
    return token?.toString() === underToken(epoch);
  }

  /** The epoch of a place, and what stands in its fields. */
  async #read(client: RedisClient, { cell, under }: Place, fields: readonly string[]) {
    const [own, above] = await Promise.all([
      readHash(client, this.#names.cell(cell), [TOKEN, ...fields.map(valueField)]),
      under === undefined ? undefined : readHash(client, this.#names.cell(under), [TOKEN]),
    ]);
    const [token, ...values] = own;
    return { epoch: joinTokens(tokenIn(token), above && tokenIn(above[0])), values };
  }

  /** The entry in a field's bytes; null when there is none that is valid now. */
  #decode(cell: string, field: string, epoch: Epoch, bytes: Buffer | null | undefined): Entry | null {
    const spot = { key: this.#names.cell(cell), field: valueField(field) };
    const stored = bytes ? this.#codec.decode(spot, bytes) : null;
    return stored && stored.epoch === epoch && stored.entry.errorUntil > this.#now() ? stored.entry : null;
  }

  async #begin(key: string, field: string, owner: string, keepMs: number): Promise<{ token: string; isMine: boolean }> {
    const reply = await this.#call('cacheBegin', key, [newToken(), field, owner, TURN_MS, keepMs]);
    // The cast holds because the script gives nothing else.
    const [token, isMine] = reply as [Buffer, number];
    return { token: token.toString(), isMine: isMine === 1 };
  }

  #call(
    script: keyof typeof CACHE_SCRIPTS,
    key: string,
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    return this.#link.call(script, [key], args);
  }
}

/** Null for none, and for what is no token. */
function tokenIn(bytes: Buffer | null | undefined): string | null {
  const text = bytes?.toString();
  return isToken(text) ? text : null;
}
