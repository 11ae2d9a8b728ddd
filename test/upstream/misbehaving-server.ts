import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** One way to treat a request. */
export type Way = (response: ServerResponse, request: IncomingMessage) => void;

export type Received = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

export type MisbehavingServer = {
  /** http://127.0.0.1:port */
  origin: string;
  port: number;
  received: Received[];
  /** Connections accepted so far. */
  connections: () => number;
  /** The most requests that were unanswered at one time. */
  mostAtOnce: () => number;
};

/**
 * A real server on loopback that treats the first request in the first way, the second in the second, and all others in
 * the last. It ends with the test.
 */
export async function misbehavingServer(...ways: Way[]): Promise<MisbehavingServer> {
  const received: Received[] = [];
  let connections = 0;
  let atOnce = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    response.once('close', () => {
      atOnce -= 1;
    });
    const way = ways[received.length] ?? ways.at(-1);
    const entry = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: '' };
    received.push(entry);
    entry.body = await text(request).catch(() => '');
    way?.(response, request);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received,
    connections: () => connections,
    mostAtOnce: () => most,
  };
}

/** A port that nobody listens on. */
export async function refusedOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
