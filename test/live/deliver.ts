import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import type { ProviderName } from '../../sandbox/index.ts';
import { WEBHOOK_SECRETS } from '../../sandbox/webhooks/endpoint.ts';

type Address = { url: string };

export type Delivering = {
  /** @default a new one */
  id?: string;
  /** @default the provider's own */
  secret?: string;
  /** @default now */
  at?: Date;
  family?: string;
};

export type Answered = { status: number; body: { status?: string }; headers: Headers };

let count = 0;

const freshId = (): string => `msg_${process.pid}_${count++}`;

/** The three headers of a body that is signed. */
export function signedHeaders(
  provider: ProviderName,
  text: string,
  { id = freshId(), secret = WEBHOOK_SECRETS[provider], at = new Date(), family = 'svix' }: Delivering = {},
): Record<string, string> {
  return {
    [`${family}-id`]: id,
    [`${family}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
    [`${family}-signature`]: new Webhook(secret.replace(/^f?whsec_/, '')).sign(id, at, text),
  };
}

export async function postEvent(
  { url }: Address,
  provider: ProviderName,
  text: string | Buffer<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Answered> {
  const response = await fetch(`${url}/webhooks/${provider}`, { method: 'POST', headers, body: text });
  return { status: response.status, body: (await response.json()) as Answered['body'], headers: response.headers };
}

/** Sends an event as its provider does. */
export function deliver(gateway: Address, provider: ProviderName, event: object, how?: Delivering): Promise<Answered> {
  const text = JSON.stringify(event);
  return postEvent(gateway, provider, text, signedHeaders(provider, text, how));
}

/** What Flexprice tells of a session. */
export const flexpriceEvent = (word: string, id: string): object => ({
  event_type: `checkout.session.${word}`,
  checkout_session: { id, checkout_status: word === 'initiated' ? 'pending' : word },
});

/** What Flex tells, with the session as it is then. */
export const flexEvent = (event_type: string, object: object): object => ({
  event: { event_id: freshId(), event_type, object },
});

/** How often webhooks were answered so. */
export async function counted({ url }: Address, provider: string, type: string, outcome: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const name = `checkout_gateway_webhook_events_total{provider="${provider}",type="${type}",outcome="${outcome}"} `;
  const line = text.split('\n').find((one) => one.startsWith(name));
  return line === undefined ? 0 : Number(line.slice(name.length));
}

/** Waits until something holds. */
export const until = (holds: () => unknown, withinMs = 5000): Promise<void> =>
  expect.poll(holds, { timeout: withinMs, interval: 20 }).toBeTruthy() as unknown as Promise<void>;
