import { describe, expect, test } from 'vitest';
import { misbehavingServer, refusedOrigin } from './misbehaving-server.ts';
import { GET, POST, rig } from './rig.ts';
import { answer, closeBeforeHeaders, garbage, json, resetBeforeHeaders } from './ways.ts';

describe('a provider that cannot be reached', () => {
  test('refused connection', async () => {
    const { fail, lines, observations } = rig(await refusedOrigin());
    expect(await fail()).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'Flex cannot be reached at the moment.',
      provider: 'FLEX',
      retryable: true,
    });
    expect(observations.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'UPSTREAM_UNAVAILABLE'],
      [2, 'UPSTREAM_UNAVAILABLE'],
    ]);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 40,
        provider: 'FLEX',
        method: 'GET',
        route: '/sessions/{id}',
        code: 'UPSTREAM_UNAVAILABLE',
        error: 'ECONNREFUSED',
        attempts: 2,
        ms: expect.any(Number),
        requestId: 'req-1',
      }),
    ]);
  });

  test('unknown host', async () => {
    const { fail, lines } = rig('http://nothing.invalid');
    expect(await fail()).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    expect(lines[0]?.error).toMatch(/^(?:ENOTFOUND|EAI_\w+)$/);
  });

  test('TLS spoken to a port without it', async () => {
    const { port } = await misbehavingServer(json({}));
    const { fail, observations } = rig(`https://127.0.0.1:${port}`);
    expect(await fail()).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    expect(observations, 'a handshake is no better a moment later').toHaveLength(1);
  });
});

describe('a connection that ends before the answer', () => {
  test.each([
    ['reset', resetBeforeHeaders],
    ['closed', closeBeforeHeaders],
  ])('%s: a read is sent again', async (_, way) => {
    const server = await misbehavingServer(way, json({ id: 'cs_1' }));
    const { send, lines } = rig(server.origin);
    expect(await send()).toMatchObject({ status: 200, body: { id: 'cs_1' } });
    expect(server.received).toHaveLength(2);
    expect(lines).toEqual([]);
  });

  test('twice: an error', async () => {
    const server = await misbehavingServer(resetBeforeHeaders);
    const { fail, lines } = rig(server.origin);
    expect(await fail()).toMatchObject({ code: 'UPSTREAM_ERROR', retryable: true });
    expect(lines).toMatchObject([{ error: 'ECONNRESET', attempts: 2 }]);
    expect(server.received).toHaveLength(2);
  });

  test('a change is sent once', async () => {
    const server = await misbehavingServer(resetBeforeHeaders, json({}));
    const { fail } = rig(server.origin);
    expect(await fail(POST)).toMatchObject({ code: 'UPSTREAM_ERROR', retryable: true });
    expect(server.received).toHaveLength(1);
  });

  test('what is not HTTP is a bad response', async () => {
    const server = await misbehavingServer(garbage);
    const { fail } = rig(server.origin);
    expect(await fail()).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', retryable: false });
    expect(server.received).toHaveLength(1);
  });
});

test('a redirect is not followed', async () => {
  const elsewhere = await misbehavingServer(json({ id: 'stolen' }));
  const server = await misbehavingServer(answer(307, '', { location: `${elsewhere.origin}/x` }));
  const { fail } = rig(server.origin);
  expect(await fail()).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', retryable: false });
  expect(server.received).toHaveLength(1);
  expect(elsewhere.received).toEqual([]);
});

describe('connections', () => {
  test('are kept', async () => {
    const server = await misbehavingServer(json({ id: 'cs_1' }));
    const { send } = rig(server.origin);
    for (let i = 0; i < 5; i++) await send();
    expect(server.received).toHaveLength(5);
    expect(server.connections()).toBe(1);
  });

  test('are kept after failures whose answer was complete', async () => {
    const server = await misbehavingServer(answer(500, 'x'.repeat(100_000)), answer(401, 'no'), json({}));
    const { send, fail } = rig(server.origin, { attempts: 1 });
    await fail();
    await fail();
    await send();
    expect(server.connections()).toBe(1);
  });

  test.each([
    ['reset', resetBeforeHeaders],
    ['closed', closeBeforeHeaders],
  ])('that the server %s meanwhile cost a read nothing', async (_, way) => {
    const server = await misbehavingServer(json({ n: 1 }), way, json({ n: 3 }));
    const { send } = rig(server.origin);
    expect((await send()).body).toEqual({ n: 1 });
    expect((await send()).body).toEqual({ n: 3 });
    expect(server.connections()).toBe(2);
  });
});

describe('requests', () => {
  test('go out exactly as meant', async () => {
    const server = await misbehavingServer(json({}));
    const { send } = rig(`${server.origin}/v1/`);
    await send({
      ...GET,
      path: '/sessions/a%2Fb%25%C3%BC',
      query: [
        ['created[lte]', '1'],
        ['email', 'ü+%41&=#?{CHECKOUT_SESSION_ID}'],
        ['email', ''],
      ],
      headers: { 'X-Environment': '{a%20b}' },
    });
    const [received] = server.received;
    const url = new URL(received?.url ?? '', server.origin);
    expect(url.pathname).toBe('/v1/sessions/a%2Fb%25%C3%BC');
    expect([...url.searchParams]).toEqual([
      ['created[lte]', '1'],
      ['email', 'ü+%41&=#?{CHECKOUT_SESSION_ID}'],
      ['email', ''],
    ]);
    expect(received?.headers).toMatchObject({
      accept: 'application/json',
      authorization: 'Bearer sk_live_canary_key',
      'x-environment': '{a%20b}',
    });
    expect(received?.headers).not.toHaveProperty('content-type');
  });

  test('carry JSON character for character', async () => {
    const server = await misbehavingServer(json({}));
    const { send } = rig(server.origin);
    const value = { url: 'https://x.test/{CHECKOUT_SESSION_ID}?a=%7B', name: 'Zoë 🦊', none: null };
    await send({ ...POST, json: value, headers: { 'Idempotency-Key': 'k1' } });
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      body: JSON.stringify(value),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k1' },
    });
  });

  test.each(['POST', 'DELETE'] as const)('%s without a body', async (method) => {
    const server = await misbehavingServer(answer(204));
    const { send } = rig(server.origin);
    const { json: _, ...bare } = POST;
    expect(await send({ ...bare, method })).toEqual({ status: 204, body: undefined, text: '' });
    expect(server.received[0]).toMatchObject({ method, body: '' });
    expect(server.received[0]?.headers).not.toHaveProperty('content-type');
  });

  test('that HTTP cannot carry are a bug here, not the provider failing', async () => {
    const server = await misbehavingServer(json({}));
    const { send, upstream } = rig(server.origin);
    for (let i = 0; i < 6; i++)
      await expect(send({ ...GET, headers: { 'x-name': 'a\nb' } })).rejects.toThrow(TypeError);
    expect(server.received).toEqual([]);
    expect(upstream.health()).toBe('UP');
  });
});
