/** Run by a test as a process of its own: what it leaves behind shows when it should end. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createUpstream } from '../../src/upstream/index.ts';

const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));
process.on('uncaughtException', (error) => unhandled.push(String(error)));

const ways: ((response: ServerResponse) => void)[] = [
  (response) => response.end('{}'),
  () => {},
  (response) => response.socket?.resetAndDestroy(),
  (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no'),
  (response) => response.writeHead(200, { 'content-length': 9 }).write('{', () => response.socket?.end()),
  (response) => response.writeHead(503, { 'retry-after': '60' }).end(),
  (response) => response.writeHead(500).end(),
];
let requests = 0;
const server = createServer((_, response) => ways[requests++ % ways.length]?.(response)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const upstream = createUpstream({
  provider: 'FLEX',
  baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  headers: {},
  policy: { readDeadlineMs: 300, changeDeadlineMs: 300, maxInFlight: 4, breakerProbeAfterMs: 20 },
  log: silent,
});
const send = (kind: 'read' | 'change', patience: number) =>
  upstream.send(
    { method: kind === 'read' ? 'GET' : 'POST', path: '/x', route: '/x', kind },
    { deadline: Date.now() + patience, requestId: 'r' },
  );
const sent: Promise<unknown>[] = [];
for (let i = 0; i < 60; i++) sent.push(send(i % 3 ? 'read' : 'change', i % 2 ? 1000 : 20));
await Promise.allSettled(sent);
// A change that its caller has given up may be under way still, by its own deadline.
await new Promise((resolve) => setTimeout(resolve, 400));

const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
upstream.close();
server.closeAllConnections();
server.close();
process.stdout.write(JSON.stringify({ unhandled, timers }));
