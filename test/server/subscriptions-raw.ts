import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

export type RawWebSocket = {
  socket: WebSocket;
  /** Messages so far. */
  messages: { type: string; id?: string; payload?: unknown }[];
  send(message: unknown): void;
  closed: Promise<{ code: number; reason: string }>;
};

/** A WebSocket that says what a test says. */
export async function openRaw(
  url: string,
  { init = true, autoPong = true }: { init?: boolean; autoPong?: boolean } = {},
): Promise<RawWebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { autoPong });
  onTestFinished(() => socket.terminate());
  const messages: RawWebSocket['messages'] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  socket.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const send = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const raw = { socket, messages, send, closed };
  if (init) {
    send({ type: 'connection_init' });
    await new Promise((resolve) => socket.once('message', resolve));
  }
  return raw;
}

export const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });

/** What a server answers over the wire to the head of a request, having closed the connection. */
export const rawAnswer = (port: number, head: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head));
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });

export const handshake = (path: string, headers: Record<string, string> = {}): string => {
  const all = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'graphql-transport-ws',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${[`GET ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
};

/** Opens a stream whose body nobody reads yet. */
export function openStream(url: string, query: string): Promise<IncomingMessage> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: 'POST', headers, agent: false }, resolve);
    request.on('error', reject).end(JSON.stringify({ query }));
    onTestFinished(() => void request.destroy());
  });
}
