import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isRefused, openShutdownWorld, sentChange, TEST_MS } from './shutdown-process.ts';
import { openRaw, subscribe } from './subscriptions-raw.ts';

test(
  'subscribers are told to connect again',
  async ({ onTestFinished }) => {
    const world = await openShutdownWorld(onTestFinished);
    const gateway = await world.start();
    const { send, closed, messages } = await openRaw(`ws://127.0.0.1:${gateway.port}/graphql`);
    send(subscribe('1', `subscription { checkoutSessionChanged(ids: ["${world.authorized()}"]) { __typename } }`));
    await sleep(300);
    expect(messages.filter(({ type }) => type === 'error')).toEqual([]);
    gateway.signal();
    expect(await closed).toEqual({ code: 1012, reason: 'Service restart' });
    expect(await gateway.exited).toBe(0);
  },
  TEST_MS,
);

test(
  'it says that it is not ready for as long as it is told to, and serves until then',
  async ({ onTestFinished }) => {
    const world = await openShutdownWorld(onTestFinished);
    const gateway = await world.start({ SHUTDOWN_DELAY_MS: '1500' });
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    const { send, messages } = await openRaw(`ws://127.0.0.1:${gateway.port}/graphql`);
    gateway.signal();
    const signalled = performance.now();
    await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).status, { timeout: 1000 }).toBe(503);
    const ready = await fetch(`${gateway.url}/readyz`);
    expect([ready.status, await ready.json(), ready.headers.get('connection')]).toEqual([
      503,
      { status: 'draining' },
      'close',
    ]);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect(await (await gateway.ask('{ __typename }')).json()).toEqual({ data: { __typename: 'Query' } });
    send({ type: 'ping' });
    await expect.poll(() => messages.at(-1)?.type).toBe('pong');
    await expect.poll(() => isRefused(gateway.url), { timeout: 5000 }).toBe(true);
    expect(performance.now() - signalled).toBeGreaterThan(1400);
    expect(await gateway.exited).toBe(0);
  },
  TEST_MS,
);

test(
  'what comes anew on a connection that still stands is turned away',
  async ({ onTestFinished }) => {
    const world = await openShutdownWorld(onTestFinished);
    const gateway = await world.start();
    const socket = connect(gateway.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // The first part of a request keeps the connection from being closed as one that is idle.
    socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n');
    await sleep(100);
    gateway.signal();
    await expect.poll(() => isRefused(gateway.url)).toBe(true);
    socket.write('Content-Length: 25\r\n\r\n{"query":"{ __typename }"}');
    await closed;
    expect(text).toMatch(/^HTTP\/1\.1 503 /);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
    expect(text).toContain('"OVERLOADED"');
    expect(await gateway.exited).toBe(0);
  },
  TEST_MS,
);

test.for([{}, { SHUTDOWN_DELAY_MS: '60000' }])(
  'with %j a second signal ends it at once',
  async (settings, { onTestFinished }) => {
    const world = await openShutdownWorld(onTestFinished);
    const gateway = await world.start(settings);
    await sentChange(world, gateway, {}, 'key');
    gateway.signal();
    await sleep(700);
    const signalled = performance.now();
    gateway.signal();
    expect(await gateway.exited).toBe(1);
    expect(performance.now() - signalled).toBeLessThan(2000);
  },
);
