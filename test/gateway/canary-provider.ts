import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A text that stands nowhere else, so that wherever it is seen it has come from one place. */
export const canary = (place: string): string => `canary${place}${Math.random().toString(16).slice(2, 10)}`;

/** What a provider hides in its answers, by where. */
export const HIDDEN = {
  body: canary('body'),
  header: canary('header'),
  cookie: canary('cookie'),
  location: canary('location'),
  reason: canary('reason'),
  trailer: canary('trailer'),
  type: canary('type'),
} as const;

/** What it shows of its sessions, and callers may see. */
export const SHOWN = canary('metadata');

type Way = { name: string; answer(response: ServerResponse, request: IncomingMessage): void };

const HEADERS = {
  'content-type': `application/json; x=${HIDDEN.type}`,
  'x-debug': HIDDEN.header,
  'www-authenticate': `Bearer realm="${HIDDEN.header}"`,
  server: HIDDEN.header,
  'set-cookie': `session=${HIDDEN.cookie}`,
  location: `https://${HIDDEN.location}.example/${HIDDEN.location}`,
};

/** Headers, reason, body and trailers, each with what must not get out. */
function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, HIDDEN.reason, { ...HEADERS, trailer: 'x-trailer' });
  response.write(typeof body === 'string' ? body : JSON.stringify(body));
  response.addTrailers({ 'x-trailer': HIDDEN.trailer });
  response.end();
}

/** In the shapes of all three, and in each place that one of them may look at. */
const REFUSAL = {
  code: HIDDEN.body,
  http_status_code: 400,
  success: false,
  error: {
    code: HIDDEN.body,
    type: HIDDEN.body,
    param: HIDDEN.body,
    message: `no session ${HIDDEN.body}`,
    internal_error: HIDDEN.body,
    details: { [HIDDEN.body]: HIDDEN.body, field: HIDDEN.body },
  },
  message: HIDDEN.body,
  detail: [{ loc: ['body', 'checkout_session', HIDDEN.body], msg: HIDDEN.body, type: HIDDEN.body }],
};

/** A session as all three have it, with properties that nobody knows. */
const SESSION = {
  id: 'cs_1',
  checkout_session_id: 'cs_1',
  status: 'open',
  checkout_status: 'pending',
  metadata: { order: SHOWN },
  api_key: HIDDEN.body,
  [HIDDEN.body]: HIDDEN.body,
  created_at: HIDDEN.body,
  expires_at: { [HIDDEN.body]: 1 },
  amount_total: HIDDEN.body,
  customer: { secret: HIDDEN.body },
};

const ENVELOPES = {
  ...SESSION,
  checkout_session: SESSION,
  session: SESSION,
  checkout_sessions: [SESSION],
  sessions: [SESSION],
  line_items: [],
  [HIDDEN.body]: [HIDDEN.body],
};

const status = (code: number, body: unknown = REFUSAL): Way => ({
  name: `status ${code}`,
  answer: (response) => send(response, code, body),
});

/** The ways in which it treats every request. */
export const WAYS: readonly Way[] = [
  { name: 'sessions', answer: (response) => send(response, 200, ENVELOPES) },
  ...[400, 401, 403, 404, 405, 408, 409, 410, 422, 429, 500, 502, 503, 504].map((code) => status(code)),
  ...[301, 302, 307].map((code) => status(code)),
  { name: 'no JSON', answer: (response) => send(response, 200, `<html>${HIDDEN.body}</html>`) },
  { name: 'half of it', answer: (response) => send(response, 200, `{"checkout_session":{"x":"${HIDDEN.body}"`) },
  {
    name: 'another session',
    answer: (response) => send(response, 200, { session: { id: 'cs_2', secret: HIDDEN.body } }),
  },
  {
    name: 'headers and no end',
    answer(response) {
      response.writeHead(200, HIDDEN.reason, { ...HEADERS, 'content-length': '1000' });
      response.write(HIDDEN.body);
      setTimeout(() => response.destroy(), 20);
    },
  },
  { name: 'a reset', answer: (response) => response.socket?.resetAndDestroy() },
  { name: 'no HTTP', answer: (response) => response.socket?.end(`HTTP/9 ${HIDDEN.reason}\r\n${HIDDEN.body}\r\n\r\n`) },
];

export type CanaryProvider = { port: number; calls(): number; treat(way: Way): void; stop(): Promise<void> };

export async function startCanaryProvider(): Promise<CanaryProvider> {
  let way = WAYS[0] as Way;
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume().on('error', () => undefined);
    response.on('error', () => undefined);
    way.answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls: () => calls,
    treat: (next) => {
      way = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
