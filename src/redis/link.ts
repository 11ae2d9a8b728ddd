import type { Cluster, Redis } from 'ioredis';

export type RedisClient = Redis | Cluster;

/** A Lua script, by the name that it is called by. */
export type RedisScript = { numberOfKeys: number; lua: string };

/** Redis cannot be asked at the moment: it is away, hung, read-only, full or failing over. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
  /** Whether the command was sent, and may yet be done. */
  readonly mayBeDone: boolean;

  constructor(message: string, { mayBeDone = false }: { mayBeDone?: boolean } = {}) {
    super(message);
    this.mayBeDone = mayBeDone;
  }
}

/**
 * The connection to Redis, or to a cluster of them, and whether it can be relied on. Nothing waits for Redis: while it
 * is away every command fails at once, and whether it is back is found out in the background.
 */
export type RedisLink = {
  /** Whether commands are tried. */
  readonly isUp: boolean;
  /**
   * Runs commands that belong together.
   * @param isPatient whether to wait for a second, because nothing else can take their place. @default false
   * @throws RedisAway when it is down, when it does not answer in time, and when it refuses for a reason that lies in
   *   its own state; Redis' own error when the command itself is wrong (a key of another type, say)
   */
  run<T>(work: (client: RedisClient) => Promise<T>, isPatient?: boolean): Promise<T>;
  /**
   * Tries something even while Redis counts as away, if there is a connection: one that is full still deletes. What comes
   * of it changes nothing of whether Redis is relied on.
   * @throws whatever the client says, when it cannot be done or takes too long
   */
  attempt<T>(work: (client: RedisClient) => Promise<T>): Promise<T>;
  /**
   * Calls one of the scripts that the link was made with.
   * @returns what it replied; its texts, also in lists, are Buffers
   * @throws the same as `run`
   */
  call(
    script: string,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
    isPatient?: boolean,
  ): Promise<unknown>;
  /**
   * Has something done whenever Redis can be asked again, before anybody else may: when it fails, Redis counts as away
   * still. The connection that the link is made with is no such time; one that comes later, after commands have been
   * refused, is.
   */
  beforeReturn(work: (client: RedisClient) => Promise<void>): void;
  /** Closes the connection; what is asked afterwards fails with RedisAway. Closing twice does nothing. */
  close(): Promise<void>;
};
