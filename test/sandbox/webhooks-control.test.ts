import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/index.ts';
import { begin, send } from './client.ts';
import { idOf, type Receiver, receive, settled, verify } from './receiver.ts';

let sandbox: Sandbox;
let hook: Receiver;
beforeEach(async () => {
  hook = await receive();
  sandbox = await begin({ sessions: 10, webhooks: { flexprice: [{ url: hook.url }] } });
});
afterEach(async () => {
  await sandbox.stop();
  await hook[Symbol.asyncDispose]();
});

test('over HTTP: endpoints, the log, sending again', async () => {
  const post = (name: string, body: unknown) => send(`${sandbox.controlUrl}/${name}`, { body });
  const second = await receive();
  const added = await post('webhookTo', { provider: 'flexprice', url: second.url, secret: 'whsec_c2VjcmV0' });
  expect(added.json).toEqual({ provider: 'flexprice', url: second.url, secret: 'whsec_c2VjcmV0', headers: 'svix' });
  await post('expire', { provider: 'flexprice', id: sandbox.examples.flexprice });
  const [[one], [other]] = [await hook.got(1), await second.got(1)];
  await settled(sandbox);
  expect([one && idOf(one), other?.text]).toEqual([other && idOf(other), one?.text]);
  if (other !== undefined) verify(other, 'whsec_c2VjcmV0');
  const { json } = await send(`${sandbox.controlUrl}/webhooks`, { query: { provider: 'flexprice' } });
  expect(json[1]).toEqual({
    number: 2,
    id: one && idOf(one),
    provider: 'flexprice',
    session: sandbox.examples.flexprice,
    type: 'checkout.session.expired',
    url: second.url,
    at: '2026-06-15T12:00:00.250Z',
    state: 'delivered',
    attempts: 1,
    lastStatus: 204,
    lastError: null,
  });
  expect((await post('redeliver', { id: json[1].id, url: second.url })).json).toHaveLength(1);
  const [, again] = await second.got(2);
  expect([again?.text, again && idOf(again)]).toEqual([other?.text, other && idOf(other)]);
  expect((await post('redeliver', { id: 'msg_x' })).status).toBe(404);
  const { webhooks } = sandbox.control.state();
  expect(webhooks.endpoints).toContainEqual({ provider: 'flexprice', url: second.url, headers: 'svix' });
  expect((await post('clearWebhooks', { url: second.url })).json).toEqual({ cleared: 1 });
  await second[Symbol.asyncDispose]();
});

test.each([
  ['webhookTo', { provider: 'flex', url: 'http://example.com/' }, 'loopback'],
  ['webhookTo', { provider: 'flex', url: 'https://127.0.0.1/' }, 'loopback'],
  ['webhookTo', { provider: 'flex', url: 'nonsense' }, 'loopback'],
  ['webhookTo', { provider: 'meteroid', url: 'http://127.0.0.1:1/', secret: 'fwhsec_c2VjcmV0' }, 'whsec_'],
  ['webhookTo', { provider: 'flex', url: 'http://127.0.0.1:1/', secret: 'whsec_§' }, 'whsec_'],
  ['webhookTo', { provider: 'meteroid', url: 'http://127.0.0.1:1/', headers: 'flex-event' }, 'headers'],
  ['webhookSwitches', { duplicates: 0 }, 'duplicates'],
  ['webhookSwitches', { order: 'odd' }, 'order'],
  ['tell', { provider: 'flex', id: 'x' }, 'type'],
])('%s refuses %j', async (name, body, word) => {
  const { status, json } = await send(`${sandbox.controlUrl}/${name}`, { body });
  expect([status, json.error]).toEqual([400, expect.stringContaining(word)]);
});

test('a sandbox does not start with an endpoint that is none', async () => {
  await expect(begin({ webhooks: { flex: { url: 'http://example.com' } } })).rejects.toThrow('loopback');
});
