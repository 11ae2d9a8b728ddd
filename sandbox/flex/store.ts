import { ulid } from '../ids.ts';
import { type Random, randomOf } from '../prng.ts';
import { Records, type Stored } from '../records.ts';
import { DAY, type World } from '../world.ts';
import type { Catalogue, Price } from './catalogue.ts';

export type LineItem = Price & { id: string; quantity: number; recurring?: unknown };

/** A capture, a refund or a dispute. */
export type Movement = { id: string /** Cents. */; amount: number; atMs: number; status: string } & Record<
  string,
  unknown
>;

export type Intent = { id: string; status: string; lastError?: string; authorisedMs?: number };

export type Customer = {
  id: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  employer: string | null;
};

/** All amounts in cents. */
export type FlexSession = Stored & {
  expiresMs: number;
  status: string;
  mode: string;
  captureMethod: string;
  lineItems: LineItem[];
  tax: number;
  shipping: number;
  discount: number;
  fees: number;
  /** Authorised and not yet captured. */
  capturable: number;
  received: number;
  captures: Movement[];
  refunds: Movement[];
  disputes: Movement[];
  letterRequired: boolean;
  /** Paid from two cards: what the health account does not cover comes from another. */
  splitCart: boolean;
  customer: Customer | null;
  intent: Intent | null;
  subscription: string | null;
  invoice: string | null;
  setupIntent: string | null;
  paymentMethod: string | null;
  email: string | null;
  /** Properties that the answer repeats as they were given. */
  given: Record<string, unknown>;
};

export const LIFETIME_MS = DAY;

export const sum = (movements: readonly { amount: number }[]): number =>
  movements.reduce((total, movement) => total + movement.amount, 0);

export const subtotalOf = (session: FlexSession): number =>
  session.lineItems.reduce((total, item) => total + item.unitAmount * item.quantity, 0);

export const totalOf = (session: FlexSession): number =>
  Math.max(0, subtotalOf(session) + session.tax + session.shipping + session.fees - session.discount);

export const refundedOf = (session: FlexSession): number => sum(session.refunds);

/** A session without anything in it, at a moment. */
export function emptySession(id: string, createdMs: number, seq: number): FlexSession {
  return {
    id,
    createdMs,
    seq,
    expiresMs: createdMs + LIFETIME_MS,
    status: 'open',
    mode: 'payment',
    captureMethod: 'automatic',
    lineItems: [],
    tax: 0,
    shipping: 0,
    discount: 0,
    fees: 0,
    capturable: 0,
    received: 0,
    captures: [],
    refunds: [],
    disputes: [],
    letterRequired: false,
    splitCart: false,
    customer: null,
    intent: null,
    subscription: null,
    invoice: null,
    setupIntent: null,
    paymentMethod: null,
    email: null,
    given: {},
  };
}

export class FlexStore {
  readonly world: World;
  readonly catalogue: Catalogue;
  readonly records: Records<FlexSession>;
  #born = 0;
  #minted = 0;

  constructor(world: World, catalogue: Catalogue, sessions: FlexSession[]) {
    this.world = world;
    this.catalogue = catalogue;
    this.records = new Records(sessions);
  }

  blank(): FlexSession {
    this.#born += 1;
    const now = this.world.clock.now();
    const random = randomOf(this.world.seed, 'flex:new', this.#born);
    return emptySession(`fcs_${ulid(random, now - this.world.clock.startMs)}`, now, this.records.nextSeq());
  }

  add(session: FlexSession): void {
    this.records.add(session);
    this.touch(session, 'checkout.session.created');
  }

  touch(session: FlexSession, type: string): void {
    this.world.onEvent({ provider: 'flex', type, id: session.id, atMs: this.world.clock.now() });
  }

  /** A new id of something else than a session. */
  mint(prefix: string): string {
    this.#minted += 1;
    const { clock, seed } = this.world;
    const random: Random = randomOf(seed, 'flex:minted', this.#minted);
    return `${prefix}_${ulid(random, clock.now() - clock.startMs)}`;
  }
}
