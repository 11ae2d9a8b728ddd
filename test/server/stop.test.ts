import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
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
  // Until nobody waits at its door any more, which is a matter of milliseconds.
  await expect.poll(() => fetch(`${url}/healthz`).then(String, () => 'refused')).toBe('refused');
  socket.write('Host: x\r\n\r\n');
  const text = await socket.closed;
  expect(text).toMatch(/^HTTP\/1\.1 503 /);
  expect(text).toMatch(/connection: close/i);
  expect(text).toContain('"draining"');
  await stopped;
});

test('what was sent before is answered, also of those whose connection it has not accepted yet', async () => {
  const { port, stop, ready } = await startTestServer();
  ready();
  const body = JSON.stringify({ query: '{ hello }' });
  const request = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const clients = new Worker(
    `const { parentPort, workerData: { port, request, sent } } = require('node:worker_threads');
    const { connect } = require('node:net');
    const answers = Array.from({ length: 100 }, () => new Promise((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(request, () => {
          if (Atomics.add(sent, 0, 1) === 99) Atomics.notify(sent, 0);
        });
      });
      socket.on('data', (part) => { text += part; });
      socket.on('error', (error) => resolve(error.code));
      socket.on('close', () => resolve(text));
    }));
    Promise.all(answers).then((texts) => parentPort.postMessage(texts));`,
    { eval: true, workerData: { port, request, sent } },
  );
  const answers = new Promise<string[]>((resolve) => {
    clients.on('message', resolve);
  });
  // The kernel takes their connections, and this thread, which is the server's, none before it stops.
  for (let seen = 0; seen < 100; seen = Atomics.load(sent, 0)) Atomics.wait(sent, 0, seen, 5000);
  await stop(5000);
  expect((await answers).filter((text) => !text.includes('"hello world"'))).toEqual([]);
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
