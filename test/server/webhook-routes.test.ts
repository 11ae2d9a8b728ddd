import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createVerifier } from '../../src/live/signature.ts';
import { flexpriceWebhook } from '../../src/providers/flexprice/webhook.ts';
import { exchange, openSocket } from './raw-socket.ts';
import { startTestServer } from './test-server.ts';
import { counted, endpoint, eventsOf, expectRefusal, GENUINE, POST_HEAD, send } from './webhook-sender.ts';

const NOW = Date.parse('2026-11-01T12:00:00Z');

test.each([
  ['RECORDED', 'recorded'],
  ['KNOWN', 'duplicate'],
  ['IGNORED', 'ignored'],
] as const)('an event that is %s is answered', async (result, outcome) => {
  const { received, webhooks } = endpoint(async () => result);
  const server = await startTestServer({ webhooks });
  const body = { type: 'checkout.session.completed', name: 'Zoë', order: 12 };
  const response = await send(server, JSON.stringify(body), { ...GENUINE, 'content-type': 'text/plain' });
  expect([response.status, await response.json()]).toEqual([200, { status: outcome }]);
  expect(received).toEqual([{ eventId: 'msg_1', body }]);
  expect(await eventsOf(server)).toEqual([counted('checkout.session.completed', outcome)]);
  expect(server.lines).toEqual([]);
});

test('the signature is checked over the bytes as they came', async () => {
  const { verified, webhooks } = endpoint();
  const server = await startTestServer({ webhooks });
  const body = Buffer.from([0x7b, 0xff, 0x0d, 0x0a, 0x7d]);
  await send(server, body);
  expect(verified).toEqual([body]);
});

test('types that nobody knows are one series', async () => {
  const { webhooks } = endpoint();
  const server = await startTestServer({ webhooks });
  for (const type of ['checkout_session.completed', 'checkout.session.completed', 'a', 'b', '', '__proto__'])
    await send(server, JSON.stringify({ type }));
  expect(await eventsOf(server)).toEqual([
    counted('checkout.session.completed', 'recorded', 2),
    counted('other', 'recorded', 4),
  ]);
});

test('a signature that is not right', async () => {
  const { received, webhooks } = endpoint();
  let now = NOW;
  const server = await startTestServer({ webhooks, now: () => now });
  for (const body of ['{"type":"secret of somebody"}', 'no JSON', '']) {
    const response = await send(server, body, { 'svix-signature': 'v1,c2VjcmV0' });
    await expectRefusal(response, 401, { code: 'UNAUTHENTICATED' });
  }
  expect(received).toEqual([]);
  expect(await eventsOf(server)).toEqual([counted('other', 'bad_signature', 3)]);
  // Anybody can do that, as often as they like.
  expect(server.lines).toHaveLength(1);
  now += 60_000;
  await send(server, '{}', {});
  expect(server.lines.map((line) => JSON.parse(line))).toMatchObject([
    { provider: 'FLEX', problem: 'missing headers' },
    { provider: 'FLEX', problem: 'missing headers' },
  ]);
  expect(server.lines.join()).not.toMatch(/secret|c2VjcmV0/);
});

test('a header that comes twice comes twice to the check', async () => {
  const { webhooks } = endpoint();
  const seen: unknown[] = [];
  const { verify } = webhooks.FLEX;
  webhooks.FLEX.verify = (rawBody, headers) => {
    seen.push(headers['svix-id']);
    return verify(rawBody, headers);
  };
  const { port } = await startTestServer({ webhooks });
  const head = 'POST /webhooks/flex HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n';
  await exchange(port, `${head}Svix-Id: a\r\nSVIX-ID: b\r\n\r\n{}`);
  expect(seen).toEqual([['a', 'b']]);
});

test.each([
  ['flexprice', 'FLEXPRICE'],
  ['meteroid', 'METEROID'],
  ['flex', 'FLEX'],
])('/webhooks/%s without its secret', async (name, provider) => {
  const server = await startTestServer();
  const response = await fetch(`${server.url}/webhooks/${name}`, { method: 'POST', headers: GENUINE, body: '{}' });
  const { message } = await expectRefusal(response, 401, { code: 'UNAUTHENTICATED' });
  expect(message).toContain(`${provider}_WEBHOOK_SECRET`);
  expect(await eventsOf(server)).toEqual([counted('other', 'bad_signature', 1, provider)]);
  expect(server.lines).toHaveLength(1);
});

test('only what is posted to a provider', async () => {
  const { webhooks } = endpoint();
  const { url } = await startTestServer({ webhooks });
  const get = await fetch(`${url}/webhooks/flex`);
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  for (const path of ['/webhooks', '/webhooks/', '/webhooks/FLEX', '/webhooks/flex/', '/webhooks/other'])
    expect((await fetch(url + path, { method: 'POST', headers: GENUINE, body: '{}' })).status).toBe(404);
});

test.each(['', 'text', '[]', '[{}]', 'null', '7', '"text"', '{"a":', '\ufeff{}', '['.repeat(100_000)])(
  'what is signed and no JSON object is passed over: %.20j',
  async (body) => {
    const { received, webhooks } = endpoint();
    const server = await startTestServer({ webhooks });
    for (let times = 0; times < 2; times += 1) {
      const response = await send(server, body);
      expect([response.status, await response.json()]).toEqual([200, { status: 'unreadable' }]);
    }
    expect(received).toEqual([]);
    expect(await eventsOf(server)).toEqual([counted('other', 'unreadable', 2)]);
    expect(server.lines).toHaveLength(1);
  },
);

test('an event that cannot be recorded is asked for again', async () => {
  const { received, webhooks } = endpoint(async () => {
    throw new Error('DATA_DIR: no space left for the order of somebody');
  });
  const server = await startTestServer({ webhooks, now: () => NOW });
  for (let times = 0; times < 3; times += 1) {
    const response = await send(server, '{"type":"subscription.created"}');
    expect(response.headers.get('retry-after')).toBe('5');
    const { message } = await expectRefusal(response, 503, { code: 'INTERNAL_SERVER_ERROR', retryable: true });
    expect(message).not.toContain('somebody');
  }
  expect(received).toHaveLength(3);
  expect(await eventsOf(server)).toEqual([counted('subscription.created', 'failed', 3)]);
  expect(server.lines).toHaveLength(1);
  expect(server.lines[0]).toContain('no space left');
});

test('is answered only when it is recorded', async () => {
  const { promise, resolve } = Promise.withResolvers<'RECORDED'>();
  const { received, webhooks } = endpoint(() => promise);
  const server = await startTestServer({ webhooks });
  let answered = false;
  const response = send(server, '{}').then((answer) => {
    answered = true;
    return answer;
  });
  await expect.poll(() => received.length).toBe(1);
  await new Promise((done) => setTimeout(done, 50));
  expect(answered).toBe(false);
  resolve('RECORDED');
  expect((await response).status).toBe(200);
});

test('twenty of the same at once all come to where they are told apart', async () => {
  const known = new Set<string>();
  const { received, webhooks } = endpoint(async ({ eventId }) => {
    const isNew = !known.has(eventId);
    known.add(eventId);
    return isNew ? 'RECORDED' : 'KNOWN';
  });
  const server = await startTestServer({ webhooks });
  const responses = await Promise.all(Array.from({ length: 20 }, () => send(server, '{}')));
  expect(responses.every(({ status }) => status === 200)).toBe(true);
  expect(received).toHaveLength(20);
  expect(await eventsOf(server)).toEqual([counted('other', 'recorded'), counted('other', 'duplicate', 19)]);
});

test('an event that arrives while the server stops is recorded', async () => {
  const { received, webhooks } = endpoint();
  const server = await startTestServer({ webhooks });
  const socket = await openSocket(server.port);
  socket.write(`${POST_HEAD}Content-Length: 2\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const stopped = server.stop(2000);
  socket.write('{}');
  expect(await socket.closed).toMatch(/^HTTP\/1\.1 200 [\s\S]*"recorded"/);
  await stopped;
  expect(received).toHaveLength(1);
});

test('what a provider really signs is taken, and nothing else', async () => {
  const { headerFamilies: families, secretPrefixes: prefixes, read } = flexpriceWebhook;
  const [old, present] = ['old', 'new'].map((name) => Buffer.from(name.padEnd(24, '.')).toString('base64'));
  const subjects: unknown[] = [];
  const { url } = await startTestServer({
    webhooks: {
      FLEXPRICE: {
        verify: createVerifier({ families, prefixes, secrets: [`${old}`, `whsec_${present}`] }),
        typeOf: (body) => read(body).type,
        async receive({ eventId, body }) {
          subjects.push([eventId, read(body).subject]);
          return 'RECORDED';
        },
      },
    },
  });
  const body = '{"event_type":"checkout.session.completed","checkout_session":{"id":"cs_ü"}}';
  const at = new Date();
  const headers = {
    'svix-id': 'msg_1',
    'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
    'svix-signature': new Webhook(`whsec_${present}`).sign('msg_1', at, body),
  };
  const statuses = [];
  for (const sent of [body, body.replace('completed', 'expired'), `${body} `])
    statuses.push((await fetch(`${url}/webhooks/flexprice`, { method: 'POST', headers, body: sent })).status);
  expect(statuses).toEqual([200, 401, 401]);
  expect(subjects).toEqual([['msg_1', { is: 'SESSION', providerId: 'cs_ü', shown: null }]]);
});
