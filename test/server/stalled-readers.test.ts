import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ANYONE } from '../../src/checkout/caller.ts';
import { openRaw, openStream, subscribe as toSubscribe } from './subscriptions-raw.ts';
import { startWorld } from './subscriptions-world.ts';
import { startTestServer } from './test-server.ts';

const fields = Array.from({ length: 29 }, (_, n) => `a${n}: hello(name: $name)`).join(' ');
const body = JSON.stringify({
  query: `query ($name: String!) { ${fields} }`,
  variables: { name: 'x'.repeat(250_000) },
});
const HEAD = 'HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n';
/** Asks for more than the system takes of an answer that nobody reads. */
const REQUEST = `POST /graphql ${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`;
const ANSWER_BYTES = 29 * 250_000;

/** A connection that reads nothing, and the server's end of it. */
async function openUnread(port: number): Promise<{ client: Socket; served: Socket }> {
  const accepted = new Promise<Socket>((resolve) => {
    const onSocket = (message: unknown) => resolve((message as { socket: Socket }).socket);
    subscribe('net.server.socket', onSocket);
    onTestFinished(() => void unsubscribe('net.server.socket', onSocket));
  });
  const client = connect({ port, host: '127.0.0.1' });
  client.pause();
  client.on('error', () => {});
  onTestFinished(() => void client.destroy());
  return { client, served: await accepted };
}

/** Bytes that come until the end, read at a pace. */
async function readAll(client: Socket, pauseMs = 0): Promise<number> {
  let bytes = 0;
  client.on('data', async (chunk: Buffer) => {
    bytes += chunk.length;
    if (pauseMs === 0) return;
    client.pause();
    await sleep(pauseMs);
    client.resume();
  });
  client.resume();
  await once(client, 'close');
  return bytes;
}

test('the connection of who takes nothing of an answer is cut', async () => {
  const { port } = await startTestServer({ stallTimeoutMs: 200 });
  const { client, served } = await openUnread(port);
  client.write(REQUEST);
  await once(served, 'close');
  expect(await readAll(client)).toBeLessThan(ANSWER_BYTES);
});

test('who reads slowly gets all of it, in longer than a connection may stand still', async () => {
  const { port } = await startTestServer({ stallTimeoutMs: 1000 });
  const { client } = await openUnread(port);
  client.write(REQUEST);
  expect(await readAll(client, 20)).toBeGreaterThan(ANSWER_BYTES);
});

test('an event stream that is ended while nothing of it is taken is cut off', async () => {
  const authenticate = async () => ({ ...ANYONE, expiresAt: Date.now() + 300 });
  const world = await startWorld({ authenticate, subscriptions: { flushTimeoutMs: 1000 } });
  const { client, served } = await openUnread(world.port);
  const flood = JSON.stringify({ query: 'subscription { flood { text(size: 200000) } }' });
  client.write(`POST /graphql/stream ${HEAD}Content-Length: ${flood.length}\r\n\r\n${flood}`);
  await once(served, 'close');
  expect(await world.metric('subscriptions_dropped_total{reason="slow_flush"}')).toBeUndefined();
});

test('subscriptions may be silent for longer', async () => {
  const world = await startWorld({ stallTimeoutMs: 100 });
  const raw = await openRaw(world.wsUrl);
  raw.send(toSubscribe('1', 'subscription { events { n } }'));
  const stream = await openStream(world.streamUrl, 'subscription { events { n } }');
  let text = '';
  stream.on('data', (chunk) => (text += chunk));
  await expect.poll(() => world.bus.listeners).toBe(2);
  await sleep(500);
  world.bus.publish({ n: 7 });
  await expect.poll(() => text).toContain('"n":7');
  await expect.poll(() => JSON.stringify(raw.messages)).toContain('"n":7');
});
