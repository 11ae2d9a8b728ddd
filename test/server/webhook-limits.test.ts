import { expect, test } from 'vitest';
import { exchange, openSocket } from './raw-socket.ts';
import { startTestServer } from './test-server.ts';
import { endpoint, expectRefusal, GENUINE, POST_HEAD, send } from './webhook-sender.ts';

const MAX = 1024 * 1024;

test.each([
  ['of a mebibyte', MAX, 200],
  ['of a byte more', MAX + 1, 413],
])('a body %s', async (_, size, status) => {
  const { received, webhooks } = endpoint();
  const server = await startTestServer({ webhooks });
  const response = await send(server, `{"a":"${'x'.repeat(size - 8)}"}`);
  expect(response.status).toBe(status);
  if (status === 413) await expectRefusal(response, 413, { code: 'BAD_USER_INPUT' });
  expect(received).toHaveLength(status === 200 ? 1 : 0);
});

test('a length above the limit is answered before any of the body', async () => {
  const { verified, webhooks } = endpoint();
  const { port } = await startTestServer({ webhooks });
  expect(await exchange(port, `${POST_HEAD}Content-Length: ${MAX + 1}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
  expect(verified).toEqual([]);
});

test('what is sent on and on is cut off', async () => {
  const { verified, webhooks } = endpoint();
  const { port } = await startTestServer({ webhooks });
  const socket = await openSocket(port);
  socket.write(`${POST_HEAD}Transfer-Encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  for (let sent = 0; sent < 48; sent += 1) socket.write(chunk);
  expect(await socket.closed).toMatch(/^HTTP\/1\.1 413 /);
  expect(verified).toEqual([]);
});

test('large bodies that do not end take no room from small ones', async () => {
  const { webhooks } = endpoint();
  const server = await startTestServer({ webhooks });
  const large = `{"a":"${'x'.repeat(64 * 1024)}"}`;
  const open = () => openSocket(server.port);
  const sockets = await Promise.all(Array.from({ length: 20 }, open));
  for (const socket of sockets) socket.write(`${POST_HEAD}Content-Length: ${MAX}\r\n\r\n{`);
  await expect.poll(async () => (await send(server, large)).status).toBe(503);
  expect((await send(server, '{}')).status).toBe(200);
  for (const socket of sockets) socket.reset();
  await expect.poll(async () => (await send(server, large)).status).toBe(200);
});

test('a compressed body', async () => {
  const { verified, webhooks } = endpoint();
  const server = await startTestServer({ webhooks });
  const response = await send(server, '{}', { ...GENUINE, 'content-encoding': 'gzip' });
  await expectRefusal(response, 415, { code: 'BAD_USER_INPUT' });
  expect(verified).toEqual([]);
});

test('a body that breaks off', async () => {
  const { verified, webhooks } = endpoint();
  const server = await startTestServer({ webhooks });
  const socket = await openSocket(server.port);
  socket.write(`${POST_HEAD}Content-Length: 100\r\n\r\n{"type"`);
  await new Promise((resolve) => setTimeout(resolve, 30));
  socket.reset();
  const line = 'http_requests_total{route="/webhooks/flex",method="POST",status="499"} 1';
  await expect.poll(async () => (await server.metrics.render()).text).toContain(line);
  expect([verified, server.lines]).toEqual([[], []]);
});
