import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { exchange, openSocket } from './raw-socket.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const POST_HEAD = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const WAITS = '{"query":"{ waits }"}';

/** Checks an answer as it came over the wire. */
function expectRawRefusal(text: string, status: number): void {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/x-content-type-options: nosniff/i);
  const requestId = /x-request-id: (\S+)/i.exec(head)?.[1];
  expect(JSON.parse(body)).toMatchObject({
    errors: [{ message: expect.any(String), extensions: { code: 'BAD_USER_INPUT', retryable: false, requestId } }],
  });
}

async function expectAlive({ post }: TestServer): Promise<void> {
  expect(await (await post({ query: '{ hello }' })).json()).toEqual({ data: { hello: 'hello world' } });
}

async function countOf({ metrics }: TestServer, status: number): Promise<boolean> {
  const { text } = await metrics.render();
  return text.includes(`checkout_gateway_http_requests_total{route="/graphql",method="POST",status="${status}"} 1`);
}

test('what is no HTTP is answered in JSON', async () => {
  const { port } = await startTestServer();
  expectRawRefusal(await exchange(port, 'HELLO gateway\r\n\r\n'), 400);
});

test('an address that is too long', async () => {
  const { port } = await startTestServer();
  const query = 'x'.repeat(20_000);
  expectRawRefusal(await exchange(port, `GET /graphql?query=${query} HTTP/1.1\r\nHost: x\r\n\r\n`), 431);
});

test('a request without a host', async () => {
  const { port } = await startTestServer();
  expectRawRefusal(await exchange(port, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'), 400);
});

test('an expectation that nobody knows is no reason to refuse', async () => {
  const { port } = await startTestServer();
  const text = await exchange(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: pay\r\nConnection: close\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
});

test('a length and chunks at once are refused', async () => {
  const { port } = await startTestServer();
  const head = `${POST_HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n`;
  expectRawRefusal(await exchange(port, `${head}0\r\n\r\n`), 400);
});

test('a head that never ends', async () => {
  const { port } = await startTestServer({ headersTimeoutMs: 150 });
  const socket = await openSocket(port);
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow:');
  expectRawRefusal(await socket.closed, 408);
});

test('a body that never ends', async () => {
  const server = await startTestServer({ headersTimeoutMs: 100, requestTimeoutMs: 200 });
  const socket = await openSocket(server.port);
  socket.write(`${POST_HEAD}Content-Length: 100\r\n\r\n{"query"`);
  expectRawRefusal(await socket.closed, 408);
  await expectAlive(server);
});

test('a body that breaks off', async () => {
  const server = await startTestServer();
  const socket = await openSocket(server.port);
  socket.write(`${POST_HEAD}Content-Length: 100\r\n\r\n{"query"`);
  await sleep(30);
  socket.reset();
  expect(await socket.closed).toBe('');
  await expect.poll(() => countOf(server, 499)).toBe(true);
  await expectAlive(server);
  expect(server.lines).toEqual([]);
});

test('a client that goes away before its answer', async () => {
  const server = await startTestServer();
  const socket = await openSocket(server.port);
  socket.write(`${POST_HEAD}Content-Length: ${WAITS.length}\r\n\r\n${WAITS}`);
  await sleep(30);
  socket.reset();
  await sleep(30);
  server.release();
  await expect.poll(() => countOf(server, 499)).toBe(true);
  await expectAlive(server);
  expect(server.lines).toEqual([]);
});

test('a length above the limit is answered before any of the body', async () => {
  const { port } = await startTestServer();
  const socket = await openSocket(port);
  socket.write(`${POST_HEAD}Content-Length: 1000000000\r\n\r\n`);
  expectRawRefusal(await socket.closed, 413);
});

test('a client that sends on and on is cut off', async () => {
  const { port } = await startTestServer();
  const socket = await openSocket(port);
  socket.write(`${POST_HEAD}Transfer-Encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  for (let sent = 0; sent < 32; sent += 1) socket.write(chunk);
  expectRawRefusal(await socket.closed, 413);
});

test('several requests share a connection', async () => {
  const { port } = await startTestServer();
  const socket = await openSocket(port);
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await socket.received('"ok"');
  socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(await socket.closed).toContain('"starting"');
});
