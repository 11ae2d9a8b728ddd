/**
 * Milliseconds of one round of the event loop in which waiting operations are begun. With more, those that are turned away
 * wait longer for their answer; with fewer, more time goes into going round.
 */
const ROUND_MS = 5;

/**
 * Milliseconds after such a round in which nothing is begun as long as a new connection comes in each. The loop takes only
 * one in each round, so they would wait before its door: health checks, webhooks and what is to be turned away.
 */
const DOOR_MS = 5;

/** Milliseconds in which a queue that began with nothing may still be a burst, which is served, all of it. */
const BURST_MS = 1000;

/** Milliseconds that an operation may have to wait for its turn in a queue that does not end. */
const PATIENCE_MS = 250;

/** Milliseconds from one beginning to the next as long as nothing else is known. */
const USUAL_PACE_MS = 0.5;

/** Operations that may wait however slow the pace: what takes long alone is no overload. */
const LEAST = 16;

/** Beginnings that are prepared for one round: more than fit into one. */
const STEPS = 128;

/** What the last round counts for in the pace. */
const LEARNED = 0.2;

type TurnQueueOptions = {
  /** Milliseconds. @default performance.now */
  now?: () => number;
  /** Calls back in the next round of the event loop. @default setImmediate */
  defer?: (step: () => void) => void;
};

/**
 * Operations that wait for their turn, first come, first served. What this process runs short of is its one thread: so much
 * is begun in each round of the event loop as a few milliseconds allow, and between the rounds the loop answers all else,
 * those among it that are turned away.
 *
 * Any number may wait in a queue that has come to its end within the last BURST_MS. One that stands for longer is an
 * overload: there may wait as many as get their turn within PATIENCE_MS, by how fast they are begun. It does not go by how
 * long operations take, as they mostly wait for providers: a slow provider is no reason to turn away what is kept or what
 * others answer.
 */
export class TurnQueue {
  /** Whether none is begun for now. */
  isHeld = false;
  readonly #now: () => number;
  readonly #defer: (step: () => void) => void;
  #waiting: (() => void)[] = [];
  /** Those before it in `waiting` have had their turn. */
  #next = 0;
  #steps = 0;
  /** When the first came to nobody else. */
  #standsSince = 0;
  #round = { number: 0, startedAt: 0, begun: 0, isOver: false };
  /** The last round in which operations were begun, if it left some waiting. */
  #full: { startedAt: number; begun: number } | undefined;
  #hasArrival = false;
  /** When the first round after one in which operations were begun started. */
  #doorSince = 0;
  #paceMs = USUAL_PACE_MS;

  constructor({ now = () => performance.now(), defer = setImmediate }: TurnQueueOptions = {}) {
    this.#now = now;
    this.#defer = defer;
  }

  get length(): number {
    return this.#waiting.length - this.#next;
  }

  /** How many may wait, as things are. */
  get limit(): number {
    if (this.length === 0 || this.#now() - this.#standsSince < BURST_MS) return Number.POSITIVE_INFINITY;
    return Math.max(LEAST, Math.floor(PATIENCE_MS / this.#paceMs));
  }

  get isFull(): boolean {
    return this.length >= this.limit;
  }

  /** To be told of each new connection. */
  arrived(): void {
    this.#hasArrival = true;
  }

  /** Resolves when it is the caller's turn; whether there is room in the queue is for the caller to look at. */
  turn(): Promise<void> {
    if (this.length === 0) this.#standsSince = this.#now();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#deferStep();
    });
  }

  /** Each begins one operation, so that all of what it does at once is done before the time is looked at again. */
  #deferStep(): void {
    if (this.#steps >= Math.min(this.length, STEPS)) return;
    this.#steps += 1;
    const round = this.#round.number + 1;
    this.#defer(() => this.#step(round));
  }

  #step(number: number): void {
    this.#steps -= 1;
    const now = this.#now();
    if (number !== this.#round.number) this.#startRound(number, now);
    const round = this.#round;
    round.isOver ||= round.begun > 0 && now - round.startedAt >= ROUND_MS;
    if (!round.isOver) {
      round.begun += 1;
      this.#takeNext()?.();
    }
    this.#deferStep();
  }

  #takeNext(): (() => void) | undefined {
    const next = this.#waiting[this.#next];
    this.#next += 1;
    if (this.#next * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return next;
  }

  #startRound(number: number, now: number): void {
    const { startedAt, begun, isOver } = this.#round;
    if (begun > 0) {
      this.#full = isOver ? { startedAt, begun } : undefined;
      this.#doorSince = now;
    }
    const isForDoor = this.isHeld || (this.#hasArrival && now - this.#doorSince < DOOR_MS);
    this.#hasArrival = false;
    if (!isForDoor && this.#full) {
      // Only a round that left some waiting tells how fast it goes.
      this.#paceMs += ((now - this.#full.startedAt) / this.#full.begun - this.#paceMs) * LEARNED;
      this.#full = undefined;
    }
    this.#round = { number, startedAt: now, begun: 0, isOver: isForDoor };
  }
}
