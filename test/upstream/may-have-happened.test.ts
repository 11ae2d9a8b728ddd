import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { misbehavingServer, refusedOrigin, type Way } from './misbehaving-server.ts';
import { eventually, GET, POST, rig } from './rig.ts';
import { tlsServer, trustTlsServer } from './tls-server.ts';
import {
  answer,
  chunkedCutShort,
  closeBeforeHeaders,
  cutShort,
  drip,
  garbage,
  hang,
  html,
  json,
  later,
  resetBeforeHeaders,
  resetMidBody,
} from './ways.ts';

const DELETE = { method: 'DELETE', path: '/sessions/1', route: '/sessions/{id}', kind: 'change' } as const;

/** The port of a server that speaks nothing by itself. */
async function tcpServer(greet: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

describe('a change that was on the wire may have happened', () => {
  test.each<[string, Way]>([
    ['a reset', resetBeforeHeaders],
    ['a connection that just ends', closeBeforeHeaders],
    ['not HTTP', garbage],
    ['a reset in the body', resetMidBody],
    ['a body shorter than its length', cutShort('{"id":')],
    ['a chunked body without its end', chunkedCutShort],
    ['gzip without its end', answer(200, gzipSync('{"id":"cs_1"}').subarray(0, -9), { 'content-encoding': 'gzip' })],
    ['gzip that is none', answer(201, 'x', { 'content-encoding': 'gzip' })],
    ['HTML', html(200)],
    ['half of JSON', answer(200, '{"id": ')],
    ['more than the cap', answer(200, `"${'x'.repeat(5000)}"`)],
    ...[301, 302, 303, 307, 308, 304, 408, 500, 501, 502, 503, 504, 599].map((status): [string, Way] => [
      String(status),
      answer(status, '', { location: '/elsewhere' }),
    ]),
  ])('%s', async (_, way) => {
    const server = await misbehavingServer(way);
    const { fail } = rig(server.origin, { maxAnswerBytes: 4096 });
    for (const request of [POST, DELETE]) expect(await fail(request)).toMatchObject({ mayHaveHappened: true });
    expect(server.received).toHaveLength(2);
  });

  test.each<[string, Way]>([
    ['no answer', hang],
    ['no end of an answer', drip],
  ])('%s in time', async (_, way) => {
    const server = await misbehavingServer(json({}), way);
    const { send, fail } = rig(server.origin, { changeDeadlineMs: 150 });
    // So that however slow the machine is, there is a connection.
    await send();
    expect(await fail(POST)).toMatchObject({ code: 'UPSTREAM_TIMEOUT', mayHaveHappened: true });
  });

  test('on a connection that was kept', async () => {
    const server = await misbehavingServer(json({}), resetBeforeHeaders);
    const { send, fail } = rig(server.origin);
    await send();
    expect(await fail(POST)).toMatchObject({ mayHaveHappened: true });
    expect(server.connections()).toBe(1);
  });

  test('when its caller is gone before the answer', async () => {
    const server = await misbehavingServer(json({}), later(300, json({})));
    const { send, fail, observations } = rig(server.origin);
    await send();
    expect(await fail(POST, 100)).toMatchObject({ code: 'UPSTREAM_TIMEOUT', mayHaveHappened: true });
    await eventually(() => observations.length === 2);
    expect(observations[1]).toMatchObject({ outcome: 'ok' });
  });

  test('when the upstream is closed meanwhile', async () => {
    const server = await misbehavingServer(hang);
    const { fail, upstream } = rig(server.origin);
    const pending = fail(POST);
    await eventually(() => server.received.length === 1);
    upstream.close();
    expect(await pending).toMatchObject({ mayHaveHappened: true });
  });

  test('with TLS', async () => {
    trustTlsServer();
    const server = await tlsServer(closeBeforeHeaders);
    expect(await rig(server.origin).fail(POST)).toMatchObject({ mayHaveHappened: true });
    expect(server.received).toEqual(['POST /sessions']);
  });
});

describe('a change that was refused did not happen', () => {
  test.each<[string, Way]>([
    ['401', json({ error: 'key' }, 401)],
    ['403', html(403)],
    ['404 with HTML', html(404)],
    ['429', answer(429, '', { 'retry-after': '1' })],
    [
      '422 whose body stops early',
      (response) => {
        response.writeHead(422, { 'content-length': 10 });
        response.write('{', () => response.socket?.end());
      },
    ],
    ['400 that is too large', answer(400, 'x'.repeat(5000))],
    ['409 that says gzip and is none', answer(409, 'x', { 'content-encoding': 'gzip' })],
  ])('%s', async (_, way) => {
    const server = await misbehavingServer(way);
    const { fail } = rig(server.origin, { maxAnswerBytes: 4096 });
    expect(await fail(POST)).toMatchObject({ mayHaveHappened: false });
    expect(server.received).toHaveLength(1);
  });
});

describe('a change that was never sent did not happen', () => {
  const NOT = { mayHaveHappened: false };

  test('a refused connection', async () => {
    expect(await rig(await refusedOrigin()).fail(POST)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', ...NOT });
  });

  test('an unknown host', async () => {
    expect(await rig('http://nothing.invalid').fail(POST)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', ...NOT });
  });

  test('TLS spoken to a port without it', async () => {
    const server = await misbehavingServer(json({}));
    expect(await rig(`https://127.0.0.1:${server.port}`).fail(POST)).toMatchObject(NOT);
    expect(server.received).toEqual([]);
  });

  test('a certificate that is not trusted', async () => {
    const server = await tlsServer(json({}));
    expect(await rig(server.origin).fail(POST)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', ...NOT });
    // Long enough for what was written in the handshake to come through, if it was.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.received).toEqual([]);
  });

  test('a handshake that ends in a reset, or not at all', async () => {
    let isReset = true;
    const port = await tcpServer((socket) => isReset && socket.resetAndDestroy());
    const { fail } = rig(`https://127.0.0.1:${port}`, { changeDeadlineMs: 150 });
    expect(await fail(POST)).toMatchObject(NOT);
    isReset = false;
    expect(await fail(POST)).toMatchObject({ code: 'UPSTREAM_TIMEOUT', ...NOT });
  });

  test('a caller who is gone before the connection stands: it is not sent later either', async () => {
    trustTlsServer();
    const server = await tlsServer(json({}));
    const waiting: Socket[] = [];
    // Nothing of the handshake gets through before the caller has gone.
    const port = await tcpServer((socket) => waiting.push(socket));
    const { fail, send } = rig(`https://127.0.0.1:${port}`);
    expect(await fail(POST, 100)).toMatchObject({ code: 'UPSTREAM_TIMEOUT', ...NOT });
    const other = send(GET);
    await eventually(() => waiting.length === 2);
    for (const socket of waiting) {
      const inner = createConnection(Number(new URL(server.origin).port), '127.0.0.1');
      inner.on('error', () => {});
      socket.pipe(inner).pipe(socket);
    }
    await other;
    // Long enough for the change too, if it were still on its way.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.received).toEqual(['GET /sessions/cs_1']);
  });

  test('a caller whose time is over', async () => {
    const server = await misbehavingServer(json({}));
    expect(await rig(server.origin).fail(POST, 0)).toMatchObject({ code: 'UPSTREAM_TIMEOUT', ...NOT });
    expect(server.received).toEqual([]);
  });

  test('a place that did not become free', async () => {
    const server = await misbehavingServer(later(300, json({})));
    const { send, fail } = rig(server.origin, { maxInFlight: 1 });
    const first = send(POST);
    expect(await fail(POST, 100)).toMatchObject({ code: 'UPSTREAM_TIMEOUT', ...NOT });
    await first;
    await send(GET);
    expect(server.received.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  test('an open circuit', async () => {
    const server = await misbehavingServer(answer(500));
    const { fail, upstream } = rig(server.origin, { breakerMinimumCalls: 2 });
    await fail(POST);
    await fail(POST);
    expect(upstream.health()).toBe('DOWN');
    expect(await fail(POST)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', ...NOT });
    expect(server.received).toHaveLength(2);
  });

  test('an upstream that is closed', async () => {
    const server = await misbehavingServer(json({}));
    const { fail, upstream } = rig(server.origin);
    upstream.close();
    expect(await fail(POST)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', ...NOT });
  });
});

test('a read changes nothing, whatever becomes of it', async () => {
  const server = await misbehavingServer(resetBeforeHeaders);
  expect(await rig(server.origin).fail(GET)).toMatchObject({ mayHaveHappened: false });
});
