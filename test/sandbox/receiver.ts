import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import type { ProviderName, Sandbox } from '../../sandbox/index.ts';
import type { Json } from './client.ts';

export type Received = {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  json: ReturnType<typeof JSON.parse>;
  /** Real milliseconds. */
  atMs: number;
};

/** Answers a webhook: a status, or whatever it does with the response. */
export type Behaviour = number | ((response: ServerResponse) => void);

export type Receiver = AsyncDisposable & {
  url: string;
  received: Received[];
  /** What the next ones are answered with; 204 once they are used up. */
  answers: Behaviour[];
  /** Waits until so many have come, and gives all that came. */
  got: (count: number) => Promise<Received[]>;
};

/** A real HTTP server that webhooks are sent to. */
export async function receive(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Behaviour[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { url: path = '', headers } = request;
    received.push({ path, headers, text, json: JSON.parse(text), atMs: Date.now() });
    const answer = answers.shift() ?? 204;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    got: async (count) => {
      await expect.poll(() => received.length, { timeout: 8000 }).toBeGreaterThanOrEqual(count);
      return received;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Checks a webhook with the library, whatever its headers are called. @throws when it is not right */
export function verify({ headers, text }: Received, secret: string, family = 'svix'): Json {
  const named = ['id', 'timestamp', 'signature'].map((part) => [
    `webhook-${part}`,
    String(headers[`${family}-${part}`]),
  ]);
  return new Webhook(secret.replace(/^fwhsec_/, '')).verify(text, Object.fromEntries(named)) as Json;
}

export const idOf = (one: Received): string => String(one.headers['svix-id'] ?? one.headers['flex-event-id']);

/** What an event is called, wherever the provider writes it. */
export const typeOf = ({ json }: Received): string => json.event?.event_type ?? json.event_type ?? json.type;

/** Waits until no webhook is on its way any more. */
export async function settled(sandbox: Sandbox, provider?: ProviderName): Promise<void> {
  const open = (): number =>
    sandbox.control.webhooks({ provider }).filter(({ state }) => state === 'waiting' || state === 'held').length;
  await expect.poll(open, { timeout: 8000 }).toBe(0);
}
