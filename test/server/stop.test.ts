import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSocket } from './raw-socket.ts';
import { startTestServer } from './test-server.ts';

test('requests under way are answered, and their connection closes', async () => {
  const { post, stop, release } = await startTestServer();
  const pending = post({ query: '{ waits }' });
  await sleep(30);
  const stopped = stop();
  release();
  const response = await pending;
  expect(response.headers.get('connection')).toBe('close');
  expect(await response.json()).toEqual({ data: { waits: 'done' } });
  await stopped;
});

test('while it drains it says so and takes no new connections', async () => {
  const { port, url, stop, ready } = await startTestServer();
  ready();
  const socket = await openSocket(port);
  socket.write('GET /readyz HTTP/1.1\r\n');
  await sleep(30);
  const stopped = stop(2000);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  socket.write('Host: x\r\n\r\n');
  const text = await socket.closed;
  expect(text).toMatch(/^HTTP\/1\.1 503 /);
  expect(text).toMatch(/connection: close/i);
  expect(text).toContain('"draining"');
  await stopped;
});

test('idle connections do not hold it up', async () => {
  const { port, url, stop } = await startTestServer();
  const silent = await openSocket(port);
  const used = await openSocket(port);
  used.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await used.received('"ok"');
  await fetch(`${url}/healthz`);
  const startedAt = performance.now();
  await stop(5000);
  // Not the whole grace.
  expect(performance.now() - startedAt).toBeLessThan(5000);
  await Promise.all([silent.closed, used.closed]);
});

test('what takes longer than the grace is cut off', async () => {
  const { post, stop } = await startTestServer();
  const pending = post({ query: '{ waits }' });
  pending.catch(() => {});
  await sleep(30);
  const startedAt = performance.now();
  await stop(150);
  expect(performance.now() - startedAt).toBeLessThan(1500);
  await expect(pending).rejects.toThrow();
});

test('stopping twice is one stop, and ready() after it changes nothing', async () => {
  const { stop, ready, post } = await startTestServer();
  await Promise.all([stop(), stop()]);
  ready();
  await expect(post({ query: '{ hello }' })).rejects.toThrow();
});
