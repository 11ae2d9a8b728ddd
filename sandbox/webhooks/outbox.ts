import { chance, type Random, randomOf, shuffled } from '../prng.ts';
import { byProvider, type ProviderName, type SandboxEvent } from '../world.ts';
import type { WebhookEndpoint } from './endpoint.ts';
import { Lane } from './lane.ts';
import { freshId, type Message } from './message.ts';
import { post } from './post.ts';
import { signedHeaders } from './signing.ts';
import { defaultWebhookSwitches, type WebhookSwitches } from './switches.ts';
import { Timers } from './timers.ts';

export type DeliveryState = 'held' | 'waiting' | 'delivered' | 'failed' | 'dropped';

/** One event on its way to one endpoint. */
export type Delivery = {
  number: number;
  /** What the `…-id` header says: one for an event, at all endpoints and in all duplicates. */
  id: string;
  provider: ProviderName;
  session: string;
  type: string;
  url: string;
  /** The sandbox's time of the event, ISO. */
  at: string;
  state: DeliveryState;
  attempts: number;
  /** Of the last attempt; null when there was none, or no answer. */
  lastStatus: number | null;
  lastError: string | null;
};

type Sending = { delivery: Delivery; body: string };
type Held = { sendings: Sending[]; timer: NodeJS.Timeout | undefined };

const MOST_TRIES = 10;
const LONGEST_PAUSE_MS = 5000;
const AT_ONCE = 10;
const MOST_KEPT = 10_000;
/** A year that passes makes more events than memory has room for. */
const MOST_PENDING = 20_000;

/** Sends webhooks in the background. Endpoints stay when everything else is put back. */
export class Outbox {
  readonly #seed: number;
  readonly #timers = new Timers();
  #endpoints: WebhookEndpoint[] = [];
  readonly #lanes = new Map<string, Lane>();
  #log: Sending[] = [];
  #number = 0;
  #pending = 0;
  #random: Random;
  #switches = byProvider(defaultWebhookSwitches);
  #held = byProvider((): Held => ({ sendings: [], timer: undefined }));
  #ending = new AbortController();
  #stopped = false;

  constructor(seed: number, stopped: AbortSignal) {
    this.#seed = seed;
    this.#random = randomOf(seed, 'webhooks');
    stopped.addEventListener('abort', () => {
      this.#stopped = true;
      this.#end();
    });
  }

  /** One at the same address is replaced: its secret is then the new one. */
  add(endpoint: WebhookEndpoint): void {
    this.remove(endpoint.provider, endpoint.url);
    this.#endpoints.push(endpoint);
  }

  remove(provider?: ProviderName, url?: string): number {
    const goes = (one: WebhookEndpoint): boolean =>
      (provider === undefined || one.provider === provider) && (url === undefined || one.url === url);
    const before = this.#endpoints.length;
    this.#endpoints = this.#endpoints.filter((one) => !goes(one));
    return before - this.#endpoints.length;
  }

  endpoints(provider?: ProviderName): WebhookEndpoint[] {
    return this.#endpoints.filter((one) => provider === undefined || one.provider === provider);
  }

  switches(): Record<ProviderName, WebhookSwitches> {
    return byProvider((name) => ({ ...this.#switches[name] }));
  }

  change(provider: ProviderName, changes: Partial<WebhookSwitches>): void {
    const { order } = changes;
    // What was held for one order goes in that order.
    if (order !== undefined && order !== this.#switches[provider].order) this.#release(provider);
    Object.assign(this.#switches[provider], changes);
  }

  list(): Delivery[] {
    return this.#log.slice(-MOST_KEPT).map(({ delivery }) => ({ ...delivery }));
  }

  /** Takes an event over, for each endpoint of its provider. Nothing of what follows reaches the caller. */
  send(event: SandboxEvent, message: Message): Delivery[] {
    const { duplicates } = this.#switches[event.provider];
    const endpoints = this.#stopped ? [] : this.endpoints(event.provider);
    if (endpoints.length === 0) return [];
    const lost = this.#isLost(event.provider);
    const id = freshId('msg');
    const body = JSON.stringify(message.body);
    const made: Delivery[] = [];
    for (const { url } of endpoints) {
      for (let copy = 0; copy < (lost ? 1 : duplicates); copy += 1) {
        const { provider, id: session, atMs } = event;
        const at = new Date(atMs).toISOString();
        const sending = this.#record({ id, provider, session, type: message.type, url, at }, body);
        if (lost) this.#finish(sending.delivery, 'dropped');
        else this.#hold(sending);
        made.push({ ...sending.delivery });
      }
    }
    return made;
  }

  /** Sends an event again at once, under its id, to every endpoint that it went to (or was to go to). */
  redeliver(id: string, url?: string): Delivery[] {
    const byUrl = new Map<string, Sending>();
    for (const one of this.#log) {
      if (one.delivery.id === id && (url === undefined || one.delivery.url === url)) byUrl.set(one.delivery.url, one);
    }
    return [...byUrl.values()].map(({ delivery, body }) => {
      const sending = this.#record(delivery, body);
      this.#enqueue([sending]);
      return { ...sending.delivery };
    });
  }

  reset(): void {
    this.#end();
    this.#ending = new AbortController();
    this.#log = [];
    this.#pending = 0;
    this.#random = randomOf(this.#seed, 'webhooks');
    this.#switches = byProvider(defaultWebhookSwitches);
  }

  #end(): void {
    this.#ending.abort();
    this.#timers.clear();
    for (const lane of this.#lanes.values()) lane.clear();
    this.#held = byProvider((): Held => ({ sendings: [], timer: undefined }));
  }

  #isLost(provider: ProviderName): boolean {
    const switches = this.#switches[provider];
    if (switches.dropNext > 0) {
      switches.dropNext -= 1;
      return true;
    }
    return this.#pending >= MOST_PENDING || (switches.dropRate > 0 && chance(this.#random, switches.dropRate));
  }

  #record(about: Pick<Delivery, 'id' | 'provider' | 'session' | 'type' | 'url' | 'at'>, body: string): Sending {
    const { id, provider, session, type, url, at } = about;
    this.#number += 1;
    this.#pending += 1;
    const fresh = { state: 'waiting', attempts: 0, lastStatus: null, lastError: null } as const;
    const sending: Sending = {
      delivery: { number: this.#number, id, provider, session, type, url, at, ...fresh },
      body,
    };
    this.#log.push(sending);
    if (this.#log.length > MOST_KEPT * 2) this.#log = this.#log.slice(-MOST_KEPT);
    return sending;
  }

  #finish(delivery: Delivery, state: 'delivered' | 'failed' | 'dropped'): void {
    delivery.state = state;
    this.#pending -= 1;
  }

  #hold(sending: Sending): void {
    const { provider } = sending.delivery;
    const { order, holdMs } = this.#switches[provider];
    if (order === 'made') {
      this.#begin([sending]);
      return;
    }
    const held = this.#held[provider];
    sending.delivery.state = 'held';
    held.sendings.push(sending);
    held.timer ??= this.#timers.after(holdMs, () => this.#release(provider));
  }

  #release(provider: ProviderName): void {
    const { sendings, timer } = this.#held[provider];
    clearTimeout(timer);
    this.#held[provider] = { sendings: [], timer: undefined };
    if (sendings.length === 0) return;
    const { order } = this.#switches[provider];
    this.#begin(order === 'shuffled' ? shuffled(this.#random, sendings) : sendings.toReversed());
  }

  #begin(batch: Sending[]): void {
    for (const { delivery } of batch) delivery.state = 'waiting';
    const delayMs = Math.max(0, ...batch.map(({ delivery }) => this.#switches[delivery.provider].delayMs));
    if (delayMs === 0) this.#enqueue(batch);
    else this.#timers.after(delayMs, () => this.#enqueue(batch));
  }

  /** Those of a batch that go to the same place go one after the other, so that their order is kept. */
  #enqueue(batch: Sending[]): void {
    for (const [url, sendings] of Map.groupBy(batch, ({ delivery }) => delivery.url)) {
      const { signal } = this.#ending;
      this.#lane(url).push(async () => {
        for (const sending of sendings) await this.#attempt(sending, signal);
      });
    }
  }

  #lane(url: string): Lane {
    const lane = this.#lanes.get(url) ?? new Lane(AT_ONCE);
    this.#lanes.set(url, lane);
    return lane;
  }

  /** @param signal of the time in which it was taken over: what was put back, or stopped, is not sent any more */
  async #attempt({ delivery, body }: Sending, signal: AbortSignal): Promise<void> {
    const { provider, url, id } = delivery;
    const endpoint = this.#endpoints.find((one) => one.provider === provider && one.url === url);
    if (signal.aborted) return;
    if (endpoint === undefined) return this.#finish(delivery, 'dropped');
    const switches = this.#switches[provider];
    delivery.attempts += 1;
    const headers = signedHeaders(endpoint, switches, id, body);
    const { status, error } = await post({ url, headers, body, answerMs: switches.answerMs, signal });
    if (signal.aborted) return;
    delivery.lastStatus = status;
    delivery.lastError = error;
    if (status !== null && status >= 200 && status < 300) return this.#finish(delivery, 'delivered');
    if (delivery.attempts >= MOST_TRIES) return this.#finish(delivery, 'failed');
    const pauseMs = Math.min(LONGEST_PAUSE_MS, switches.retryMs * 2 ** (delivery.attempts - 1));
    this.#timers.after(pauseMs, () => this.#lane(url).push(() => this.#attempt({ delivery, body }, signal)));
  }
}
