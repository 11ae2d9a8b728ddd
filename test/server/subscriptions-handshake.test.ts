import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openSocket } from './raw-socket.ts';
import { handshake, openRaw, rawAnswer } from './subscriptions-raw.ts';
import { expectAlive, startWorld } from './subscriptions-world.ts';

function expectRefusal(text: string, status: number, code = 'BAD_USER_INPUT'): void {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/x-content-type-options: nosniff/i);
  const requestId = /x-request-id: (\S+)/i.exec(head)?.[1];
  expect(JSON.parse(body)).toMatchObject({
    errors: [{ message: expect.any(String), extensions: { code, retryable: status === 503, requestId } }],
  });
}

test.each([
  ['another path', handshake('/other'), 404, 'NOT_FOUND'],
  ['the path of event streams', handshake('/graphql/stream'), 404, 'NOT_FOUND'],
  ['a path that serves something else', handshake('/healthz'), 404, 'NOT_FOUND'],
  ['an older subprotocol', handshake('/graphql', { 'Sec-WebSocket-Protocol': 'graphql-ws' }), 400],
  ['no subprotocol', handshake('/graphql', { 'Sec-WebSocket-Protocol': '' }), 400],
  ['a subprotocol that is none', handshake('/graphql', { 'Sec-WebSocket-Protocol': 'graphql-transport-ws,,@' }), 400],
  ['another version', handshake('/graphql', { 'Sec-WebSocket-Version': '7' }), 400],
  ['a bad key', handshake('/graphql', { 'Sec-WebSocket-Key': '<b>' }), 400],
  ['a second host', handshake('/graphql').replace('Host: x', 'Host: x\r\nHost: y'), 400],
  ['another method', handshake('/graphql').replace('GET', 'POST'), 400],
])('the handshake with %s is refused', async (_, head, status, code?: string) => {
  const world = await startWorld();
  expectRefusal(await rawAnswer(world.port, head), status, code);
  await expectAlive(world);
});

test('who refuses the answer to a handshake does no harm', async () => {
  const world = await startWorld();
  for (let n = 0; n < 20; n++) {
    const socket = new WebSocket(`${world.wsUrl}/other`, 'graphql-transport-ws');
    socket.on('error', () => {});
    if (n % 2) setTimeout(() => socket.terminate(), 5);
  }
  await sleep(100);
  await expectAlive(world);
});

test('upgrades to other protocols are left aside, and the request is answered', async () => {
  const { port } = await startWorld();
  const body = '{"query":"{ hello }"}';
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n`;
  const rest = `HTTP2-Settings: \r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect(await rawAnswer(port, head + rest)).toMatch(/^HTTP\/1\.1 200 .*\{"data":\{"hello":null\}\}/s);
});

test('only pages of allowed origins may connect, when there is a list; programs always may', async () => {
  const { port, wsUrl } = await startWorld({ subscriptions: { allowedOrigins: ['https://shop.example'] } });
  expectRefusal(await rawAnswer(port, handshake('/graphql', { Origin: 'https://evil.example' })), 403);
  await openRaw(wsUrl);
  const page = new WebSocket(wsUrl, 'graphql-transport-ws', { origin: 'https://shop.example' });
  await new Promise((resolve, reject) => page.once('open', resolve).once('error', reject));
  page.terminate();
});

test('while it drains, WebSockets and event streams are turned away', async () => {
  const { port, stop } = await startWorld();
  const body = '{"query":"{ hello }"}';
  const type = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const heads = [handshake('/graphql'), `POST /graphql/stream HTTP/1.1\r\nHost: x\r\n${type}${body}`];
  // Their connections are there before, and hold the server up.
  const sockets = await Promise.all(heads.map(() => openSocket(port)));
  for (const [n, socket] of sockets.entries()) socket.write(heads[n]?.slice(0, 20) ?? '');
  await sleep(200);
  const stopped = stop(2000);
  await sleep(30);
  for (const [n, socket] of sockets.entries()) socket.write(heads[n]?.slice(20) ?? '');
  for (const socket of sockets) {
    const text = await socket.closed;
    expectRefusal(text, 503, 'OVERLOADED');
    expect(text).toMatch(/^retry-after: 1\r$/im);
  }
  await stopped;
});
