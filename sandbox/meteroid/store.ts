import { base62 } from '../ids.ts';
import { between, randomOf } from '../prng.ts';
import { Records, type Stored } from '../records.ts';
import { HOUR, type World } from '../world.ts';

export type MeteroidSession = Stored & {
  /** Microseconds beyond the milliseconds, as its database keeps them. */
  micros: number;
  customerId: string;
  planVersionId: string;
  status: string;
  checkoutType: string;
  /** Null: never expires. */
  expiresMs: number | null;
  completedMs: number | null;
  billingDayAnchor: number | null;
  billingStartDate: string | null;
  couponCode: string | null;
  netTerms: number | null;
  trialDurationDays: number | null;
  paymentMethodsConfig: Record<string, unknown> | null;
  subscriptionId: string | null;
  /** The JSON of what does not change from read to read, once it was asked for. */
  text?: string;
};

export const isOpen = (session: MeteroidSession): boolean =>
  session.status === 'CREATED' || session.status === 'AWAITING_PAYMENT';

export class MeteroidStore {
  readonly world: World;
  readonly records: Records<MeteroidSession>;
  #born = 0;
  #tokens = 0;

  constructor(world: World, sessions: MeteroidSession[]) {
    this.world = world;
    this.records = new Records(sessions);
  }

  blank(customerId: string, planVersionId: string): MeteroidSession {
    this.#born += 1;
    const random = randomOf(this.world.seed, 'meteroid:new', this.#born);
    const now = this.world.clock.now();
    return {
      id: `che_${base62(random)}`,
      createdMs: now,
      seq: this.records.nextSeq(),
      micros: between(random, 0, 999),
      customerId,
      planVersionId,
      status: 'CREATED',
      checkoutType: 'SELF_SERVE',
      expiresMs: now + HOUR,
      completedMs: null,
      billingDayAnchor: null,
      billingStartDate: null,
      couponCode: null,
      netTerms: null,
      trialDurationDays: null,
      paymentMethodsConfig: null,
      subscriptionId: null,
    };
  }

  add(session: MeteroidSession): void {
    this.records.add(session);
    this.touch(session, 'created');
  }

  /** Notes that a session changed. No such event is sent for real, but for `subscription.created`. */
  touch(session: MeteroidSession, event: string): void {
    delete session.text;
    const atMs = this.world.clock.now();
    this.world.onEvent({ provider: 'meteroid', type: event, id: session.id, atMs });
  }

  /** A number that is never given twice: what makes each checkout token differ. */
  nextToken(): number {
    this.#tokens += 1;
    return this.#tokens;
  }
}
