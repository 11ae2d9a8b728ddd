import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';
import { callScript } from './call-script.ts';
import { type Connection, connect } from './connection.ts';
import { Health } from './health.ts';
import { Heartbeat } from './heartbeat.ts';
import { inspect } from './inspect.ts';
import { RedisAway, type RedisClient, type RedisLink, type RedisScript } from './link.ts';
import { probe, refreshSlots } from './probe.ts';
import { Recovery } from './recovery.ts';
import { TimeLimit } from './time-limit.ts';
import { mayBeDone, reasonOf, troubleOf } from './trouble.ts';

/** How many commands in a row may go without an answer in time. */
const LATE_IN_A_ROW = 2;
/** Milliseconds that a command may take that somebody would rather wait for than do without. */
const PATIENCE_MS = 1000;
/** Milliseconds for all that has to be done before Redis counts as back. */
const PREPARE_MS = 2000;
/** Milliseconds that the first connection may take. */
const START_MS = 900;
const START_STEP_MS = 20;

export type LinkOptions = {
  url: string;
  scripts: Record<string, RedisScript>;
  log: Log;
  commandTimeoutMs: number;
  now: () => number;
};

/** A connection, and around it what decides whether it is used. */
export class GuardedLink implements RedisLink {
  readonly #options: LinkOptions;
  readonly #limit: TimeLimit;
  readonly #patience = new TimeLimit(PATIENCE_MS);
  readonly #health: Health;
  readonly #recovery: Recovery;
  readonly #heartbeat = new Heartbeat(() => this.run((client) => probe(client, this.#limit)));
  readonly #preparations: ((client: RedisClient) => Promise<void>)[] = [];
  #connection: Connection;
  /** The connection that has been looked at. */
  #inspected: RedisClient | undefined;
  #lateInARow = 0;
  #lateAt = Number.NEGATIVE_INFINITY;
  #isStarting = true;
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#limit = new TimeLimit(options.commandTimeoutMs);
    this.#health = new Health(options.log, options.now);
    this.#recovery = new Recovery({
      probe: () => this.#probeAnew(),
      prepare: () => this.#prepare(),
      back: () => this.#rise(),
      renew: () => this.#renew(),
    });
    this.#connection = this.#connect();
  }

  get isUp(): boolean {
    return this.#health.isUp;
  }

  /** Waits for the first connection, but not for long; without it, it goes on as if it had been lost. */
  async start(): Promise<void> {
    const end = performance.now() + START_MS;
    let reason = '';
    while (performance.now() < end) {
      try {
        await this.#probe();
        this.#isStarting = false;
        this.#heartbeat.start();
        return this.#health.begin();
      } catch (error) {
        reason = error instanceof RedisAway ? this.#connection.reason() : reasonOf(error);
        await sleep(START_STEP_MS);
      }
    }
    this.#isStarting = false;
    this.#fall(reason);
  }

  async run<T>(work: (client: RedisClient) => Promise<T>, isPatient = false): Promise<T> {
    if (!this.#health.isUp) throw new RedisAway(`Redis is away: ${this.#health.reason}.`);
    const { client } = this.#connection;
    try {
      const value = await (isPatient ? this.#patience : this.#limit).hold(work(client));
      this.#lateInARow = 0;
      return value;
    } catch (error) {
      throw this.#judged(error, client);
    }
  }

  async attempt<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    const { client } = this.#connection;
    if (client.status !== 'ready') throw new RedisAway('There is no connection to Redis.');
    return this.#limit.hold(work(client));
  }

  call(
    name: string,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
    isPatient = false,
  ): Promise<unknown> {
    const script = this.#options.scripts[name];
    if (!script) return Promise.reject(new TypeError(`There is no script ${name}.`));
    return this.run((client) => callScript(client, name, script, keys, args), isPatient);
  }

  beforeReturn(work: (client: RedisClient) => Promise<void>): void {
    this.#preparations.push(work);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#recovery.stop();
    this.#heartbeat.stop();
    this.#health.end();
    // What is under way ends within the limit, whatever Redis does.
    while (this.#limit.waiting + this.#patience.waiting > 0) await sleep(5);
    this.#connection.drop();
  }

  #connect(): Connection {
    const { url, scripts } = this.#options;
    const connection: Connection = connect({
      url,
      scripts,
      onLost: () => {
        if (connection === this.#connection) this.#fall(connection.reason());
      },
    });
    return connection;
  }

  /** What a failed command is to the caller; and what it says of Redis is heeded, unless it was asked long ago. */
  #judged(error: unknown, client: RedisClient): unknown {
    const trouble = troubleOf(error);
    if (!trouble) return error;
    if (client === this.#connection.client) {
      if (trouble.weight === 'down') this.#fall(trouble.reason);
      if (trouble.weight === 'slow') this.#countLate(trouble.reason);
      if (trouble.reason === 'MOVED') refreshSlots(client).catch(() => undefined);
    }
    // Without a cause: it would hold the command, with what was to be stored.
    return new RedisAway(`Redis could not do it: ${trouble.reason}.`, { mayBeDone: mayBeDone(error) });
  }

  #countLate(reason: string): void {
    // Many that wait for one pause are late together, and count as one.
    const at = performance.now();
    if (at - this.#lateAt < this.#options.commandTimeoutMs) return;
    this.#lateAt = at;
    this.#lateInARow++;
    if (this.#lateInARow < LATE_IN_A_ROW || !this.#health.isUp) return;
    this.#fall(reason);
    // What still waits to be sent must not be sent to a Redis that goes on later, and the connection may be dead.
    this.#renew();
  }

  #fall(reason: string): void {
    this.#recovery.setBack();
    if (this.#isStarting || this.#isClosed || this.#recovery.isOn) return;
    this.#health.fall(reason);
    this.#heartbeat.stop();
    this.#recovery.start();
  }

  #rise(): void {
    this.#lateInARow = 0;
    this.#health.rise();
    this.#heartbeat.start();
  }

  #renew(): void {
    this.#connection.drop();
    this.#connection = this.#connect();
  }

  async #probe(): Promise<void> {
    const { client } = this.#connection;
    if (client.status !== 'ready') throw new RedisAway('There is no connection.');
    if (client !== this.#inspected) await inspect(client, this.#limit);
    this.#inspected = client;
    await probe(client, this.#limit);
  }

  /** A cluster may have come back in another shape. */
  async #probeAnew(): Promise<void> {
    const { client } = this.#connection;
    if (client.status === 'ready') await refreshSlots(client);
    await this.#probe();
  }

  async #prepare(): Promise<void> {
    const { client } = this.#connection;
    try {
      await new TimeLimit(PREPARE_MS).hold(Promise.all(this.#preparations.map(async (work) => work(client))));
    } catch (error) {
      // An error's message could hold what was to be stored.
      this.#health.stay(troubleOf(error)?.reason ?? (error instanceof Error ? error.name : 'error'));
      throw error;
    }
  }
}
