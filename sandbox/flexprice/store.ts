import { ulid } from '../ids.ts';
import { between, randomOf } from '../prng.ts';
import { Records, type Stored } from '../records.ts';
import type { World } from '../world.ts';

export type FlexpriceSession = Stored & {
  /** Microseconds beyond the milliseconds: its database has them and its answers show them. */
  micros: number;
  updatedMs: number;
  expiresMs: number;
  action: string;
  checkoutStatus: string;
  /** The record's own life: published, archived, deleted. */
  status: string;
  customerId: string;
  /** What the caller gave and the answer repeats: urls, metadata, idempotency_key, payment_provider_config. */
  given: Record<string, unknown>;
  configuration: Record<string, unknown>;
  /** Whether the hosted page exists, whose address follows from the id. */
  hasLink: boolean;
  completedMs?: number;
  cancelledMs?: number;
  failureReason?: string;
  invoiceId?: string;
  paymentId?: string;
  subscriptionId?: string;
};

/** Razorpay's links, and so the sessions, live a quarter of an hour. */
export const LIFETIME_MS = 15 * 60_000;

export const isActive = (session: FlexpriceSession): boolean =>
  session.checkoutStatus === 'initiated' || session.checkoutStatus === 'pending';

export class FlexpriceStore {
  readonly world: World;
  readonly records: Records<FlexpriceSession>;
  #born = 0;
  /** Sessions by idempotency key, the newest of each. */
  readonly #byKey = new Map<string, FlexpriceSession>();

  constructor(world: World, sessions: FlexpriceSession[]) {
    this.world = world;
    this.records = new Records(sessions);
    for (const session of this.records.oldestFirst()) this.#rememberKey(session);
  }

  /** The session that keeps an idempotency key from being used: only one that is still active does. */
  activeWithKey(key: string): FlexpriceSession | undefined {
    const session = this.#byKey.get(key);
    return session !== undefined && isActive(session) ? session : undefined;
  }

  /** A new session in its first state: a row without a link. */
  blank(customerId: string): FlexpriceSession {
    this.#born += 1;
    const now = this.world.clock.now();
    const random = randomOf(this.world.seed, 'flexprice:new', this.#born);
    return {
      id: `cs_${ulid(random, now - this.world.clock.startMs)}`,
      createdMs: now,
      seq: this.records.nextSeq(),
      micros: between(random, 0, 999),
      updatedMs: now,
      expiresMs: now + LIFETIME_MS,
      action: 'create_subscription',
      checkoutStatus: 'initiated',
      status: 'published',
      customerId,
      given: {},
      configuration: {},
      hasLink: false,
    };
  }

  add(session: FlexpriceSession): void {
    this.records.add(session);
    this.#rememberKey(session);
  }

  /** Notes that a session changed now. */
  touch(session: FlexpriceSession, event?: string): void {
    session.updatedMs = this.world.clock.now();
    if (event !== undefined) this.#emit(session, event);
  }

  #emit(session: FlexpriceSession, event: string): void {
    const atMs = this.world.clock.now();
    this.world.onEvent({ provider: 'flexprice', type: `checkout.session.${event}`, id: session.id, atMs });
  }

  #rememberKey(session: FlexpriceSession): void {
    const key = session.given.idempotency_key;
    if (typeof key === 'string') this.#byKey.set(key, session);
  }
}
