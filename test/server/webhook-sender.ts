import { expect } from 'vitest';
import type { WebhookEndpoint } from '../../src/server/index.ts';
import type { PublicError, TestServer } from './test-server.ts';

type Received = Parameters<WebhookEndpoint['receive']>[0];

/** Flex's webhooks: whoever sends the header `svix-id` is believed. Keeps what was received. */
export function endpoint(receive?: WebhookEndpoint['receive']) {
  const received: Received[] = [];
  const verified: Buffer[] = [];
  const flex: WebhookEndpoint = {
    verify(rawBody, headers) {
      verified.push(rawBody);
      const [eventId] = headers['svix-id'] ?? [];
      return eventId === undefined ? { isGenuine: false, problem: 'missing headers' } : { isGenuine: true, eventId };
    },
    typeOf: (body) => String((body as { type?: unknown }).type ?? ''),
    async receive(event) {
      received.push(event);
      return receive ? receive(event) : 'RECORDED';
    },
  };
  return { received, verified, webhooks: { FLEX: flex } };
}

/** What is believed. */
export const GENUINE = { 'svix-id': 'msg_1' };

export const send = ({ url }: TestServer, body: RequestInit['body'], headers: Record<string, string> = GENUINE) =>
  fetch(`${url}/webhooks/flex`, { method: 'POST', headers, body: body ?? null });

/** The error of an answer that is one. */
export async function expectRefusal(response: Response, status: number, extensions: object): Promise<PublicError> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const { errors } = (await response.json()) as { errors: PublicError[] };
  const requestId = response.headers.get('x-request-id');
  expect(errors).toEqual([{ message: expect.any(String), extensions: { retryable: false, ...extensions, requestId } }]);
  return errors[0] as PublicError;
}

/** What is counted of webhooks, a line each. */
export async function eventsOf({ metrics }: TestServer): Promise<string[]> {
  const { text } = await metrics.render();
  const name = 'checkout_gateway_webhook_events_total';
  return text.split('\n').flatMap((line) => (line.startsWith(name) ? [line.slice(name.length)] : []));
}

/** Such a line. */
export const counted = (type: string, outcome: string, times = 1, provider = 'FLEX') =>
  `{provider="${provider}",type="${type}",outcome="${outcome}"} ${times}`;

/** The beginning of a request that is believed. */
export const POST_HEAD = 'POST /webhooks/flex HTTP/1.1\r\nHost: x\r\nSvix-Id: msg_1\r\n';
