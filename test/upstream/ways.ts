import { setTimeout as wait } from 'node:timers/promises';
import type { Way } from './misbehaving-server.ts';

type Content = string | Buffer;

/** A whole answer with any status. */
export const answer =
  (status: number, body: Content = '', headers: Record<string, string> = {}): Way =>
  (response) =>
    response.writeHead(status, headers).end(body);

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Way =>
  answer(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });

export const html = (status: number): Way =>
  answer(status, '<!DOCTYPE html><html><body>Hello</body></html>', { 'content-type': 'text/html; charset=utf-8' });

/** Never answers. */
export const hang: Way = () => {};

export const resetBeforeHeaders: Way = (response) => void response.socket?.resetAndDestroy();

/** The connection just ends: what a server does whose worker crashed. */
export const closeBeforeHeaders: Way = (response) => void response.socket?.end();

/** Headers, a piece of the body, then a reset. */
export const resetMidBody: Way = async (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"id": "cs_');
  await wait(20);
  response.socket?.resetAndDestroy();
};

/** Says that the body is longer than what comes before the connection ends. */
export const cutShort =
  (body: Content, headers: Record<string, string> = {}): Way =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length + 10, ...headers });
    response.write(body, () => response.socket?.end());
  };

/** A chunked body without its end. */
export const chunkedCutShort: Way = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"id": "cs_', () => response.socket?.end());
};

/** A byte now and then, for ever. */
export const drip: Way = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.once('close', () => clearInterval(timer));
};

/** Answers after so many milliseconds, unless the caller went away before. */
export const later =
  (ms: number, way: Way): Way =>
  (response, request) => {
    const timer = setTimeout(() => way(response, request), ms);
    response.once('close', () => clearTimeout(timer));
  };

/** What is not HTTP at all. */
export const garbage: Way = (response) => void response.socket?.end('220 mail.example.com ESMTP\r\n');
