import { chance } from '../../sandbox/prng.ts';
import { TURN_MS } from '../../src/cache/cache.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import { globalId } from '../../src/checkout/global-id.ts';
import type { PagedList, WholeList } from '../../src/checkout/list.ts';
import type { CallContext, Expansion, Provider } from '../../src/checkout/provider.ts';
import type { CheckoutSession, FlexLineItem } from '../../src/checkout/session.ts';
import type { SessionStatus } from '../../src/checkout/status.ts';
import { type Schedule, tasks } from './interleavings-schedule.ts';

/** A session as its provider has it. Version 0 is before it was made. */
export type State = { version: number; status: SessionStatus; isArchived: boolean };

const SESSIONS = 2;
/** Milliseconds; far less than a version is remembered that was shown. */
const LAG_MS = 60_000;
const START = Date.UTC(2026, 0, 1);
const NEXT: Partial<Record<SessionStatus, readonly SessionStatus[]>> = {
  OPEN: ['OPEN', 'PROCESSING', 'COMPLETED', 'CANCELED'],
  PROCESSING: ['PROCESSING', 'COMPLETED'],
};

/** What there is at the provider: sessions that change, each change one version on. */
export class Register {
  readonly states = new Map<string, State>();
  #made = 0;
  readonly #schedule: Schedule;
  readonly #now: () => number;
  /** Whether its sessions tell when they were changed last. */
  readonly #tellsTime: boolean;
  /** Whether it reads sessions from replicas of its own, which are behind at times. */
  readonly lags: boolean;
  readonly #before = new Map<string, { state: State; until: number }>();

  /** @param now epoch milliseconds */
  constructor(schedule: Schedule, now: () => number) {
    this.#now = now;
    this.#schedule = schedule;
    this.#tellsTime = chance(schedule.random, 0.5);
    this.lags = this.#tellsTime && chance(schedule.random, 0.4);
    this.renew();
  }

  get ids(): string[] {
    return [...this.states.keys()];
  }

  /** Other sessions in place of those it had; one in five is yet to be made. */
  renew(): void {
    this.states.clear();
    for (let count = 0; count < SESSIONS; count++) {
      const version = chance(this.#schedule.random, 0.8) ? 1 : 0;
      this.states.set(`s${++this.#made}`, { version, status: 'OPEN', isArchived: false });
    }
  }

  stateOf(id: string): State {
    return this.states.get(id) ?? { version: 0, status: 'OPEN', isArchived: false };
  }

  /** As one of its own replicas has it, which may not have heard of the last change. */
  laggingStateOf(id: string): State | null {
    const before = this.#before.get(id);
    return this.lags && before && before.until > this.#now() && chance(this.#schedule.random, 0.4)
      ? before.state
      : null;
  }

  /** Something happens to a session, or it is made. */
  move(id: string, { isArchived = false } = {}): State {
    const before = this.stateOf(id);
    const choices = NEXT[before.status] ?? [before.status];
    const status = choices[Math.floor(this.#schedule.random() * choices.length)] ?? before.status;
    const state = {
      version: before.version + 1,
      status: before.version === 0 ? before.status : status,
      isArchived: before.isArchived || isArchived,
    };
    this.states.set(id, state);
    this.#before.set(id, { state: before, until: this.#now() + LAG_MS });
    return state;
  }

  /** What the provider gives for a session; null while there is none. */
  show(id: string, { version, status, isArchived }: State, expansion: Expansion): CheckoutSession | null {
    if (version === 0) return null;
    return {
      ...BARE,
      id: globalId('FLEX', id),
      providerId: id,
      status,
      isArchived,
      customer: { ...NOBODY, id: 'fcus_1', email: expansion.customer ? 'who@example.com' : null },
      updatedAt: this.#tellsTime ? new Date(START + version * 1000).toISOString() : null,
      metadata: [
        { key: 'version', value: String(version) },
        { key: 'sampled', value: String(this.#schedule.step) },
      ],
    };
  }
}

const NOBODY = { id: null, email: null, firstName: null, lastName: null, phone: null };

// What does not matter here is left out.
const BARE = {
  provider: 'FLEX',
  expiresAt: null,
  completedAt: null,
  createdAt: new Date(START).toISOString(),
  details: { provider: 'FLEX' },
} as unknown as CheckoutSession;

/** Which version of its session something shows, and at which step of the schedule the provider looked at it. */
export function seenIn({ metadata }: CheckoutSession): { version: number; sampled: number } {
  const [version, sampled] = metadata.map(({ value }) => Number(value));
  return { version: version ?? 0, sampled: sampled ?? 0 };
}

/** As `seenIn`, for the line items of a session. */
export function itemsSeen([item]: readonly FlexLineItem[]): { version: number; sampled: number } {
  return { version: item?.quantity ?? 0, sampled: Number(item?.description) };
}

type Options = {
  schedule: Schedule;
  register: Register;
  now: () => number;
  /** How often it fails, from 0 to 1. */
  failures: number;
  /** Hears of two fetches of one thing under one epoch at the same time. */
  onTwice: (what: string) => void;
};

/** The provider as one replica reaches it: it looks at one moment and answers at a later one. */
export class ModelProvider implements Provider {
  readonly name = 'FLEX';
  readonly listing = { kind: 'PAGED' as const, plan: () => null };
  readonly expands = { customer: true, paymentIntent: false };
  readonly whole: WholeList = { key: 'all', readAll: (call) => this.#asked(call, () => this.#listed(WITHOUT)) };
  readonly paged: PagedList;
  readonly #options: Options;
  /** What is asked for, and since when it has been somebody's turn: that ends, however late it came to ask. */
  readonly #flying = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
    const readPage: PagedList['readPage'] = ({ limit }, expansion, call) =>
      this.#asked(call, () => this.#listed(expansion).slice(0, limit));
    this.paged = { key: 'paged', isExact: true, isSparse: false, matches: () => true, readPage };
  }

  /** How many questions it has not answered yet. */
  get inFlight(): number {
    return this.#flying.size;
  }

  getSession(id: string, expansion: Expansion, call: CallContext): Promise<CheckoutSession | null> {
    return this.#asked(call, () => {
      const task = tasks.getStore();
      // Whoever is asked again is not behind again.
      const behind = task?.wasBehind ? null : this.#options.register.laggingStateOf(id);
      if (task) task.wasBehind = behind !== null;
      return this.#one(id, expansion, behind ?? undefined);
    });
  }

  getLineItems(id: string, call: CallContext): Promise<FlexLineItem[] | null> {
    return this.#asked(call, () => {
      const { version } = this.#options.register.stateOf(id);
      const item = { quantity: version, description: String(this.#options.schedule.step) } as FlexLineItem;
      return version === 0 ? null : [item];
    });
  }

  async deleteSession(id: string): Promise<'DELETED' | 'NOT_FOUND'> {
    const { schedule, register } = this.#options;
    await schedule.gate('look', `changes ${id}`);
    const isThere = register.stateOf(id).version > 0;
    if (isThere) register.move(id, { isArchived: true });
    await schedule.gate('answer', 'of the change');
    this.#mayFail();
    return isThere ? 'DELETED' : 'NOT_FOUND';
  }

  #one(id: string, expansion: Expansion, state?: State): CheckoutSession | null {
    const { register } = this.#options;
    return register.show(id, state ?? register.stateOf(id), expansion);
  }

  #listed(expansion: Expansion): CheckoutSession[] {
    const all = [...this.#options.register.states.keys()].map((id) => this.#one(id, expansion));
    return all.filter((one) => one !== null);
  }

  async #asked<T>({ deadline }: CallContext, look: () => T): Promise<T> {
    const { schedule, now, onTwice } = this.#options;
    const { what, at } = tasks.getStore()?.begun ?? { what: '', at: now() };
    const since = this.#flying.get(what) ?? Number.NEGATIVE_INFINITY;
    // A turn ends after a while, and one that is late already waits for nobody's.
    if (now() < Math.min(since + TURN_MS, deadline)) onTwice(what);
    this.#flying.set(what, at);
    await schedule.gate('look', 'of the provider');
    const seen = look();
    await schedule.gate('answer', 'of the provider');
    this.#flying.delete(what);
    this.#mayFail();
    return stamped(seen, new Date(now()).toISOString());
  }

  #mayFail(): void {
    if (chance(this.#options.schedule.random, this.#options.failures)) {
      throw new GatewayError('UPSTREAM_ERROR', 'It fails.', { provider: 'FLEX', retryable: true });
    }
  }
}

const WITHOUT: Expansion = { customer: false, paymentIntent: false };

/** A session tells when its provider's answer came. */
function stamped<T>(seen: T, fetchedAt: string): T {
  if (Array.isArray(seen)) return seen.map((one) => stamped(one, fetchedAt)) as T;
  return seen && typeof seen === 'object' && 'metadata' in seen ? { ...seen, fetchedAt } : seen;
}
