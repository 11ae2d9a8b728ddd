import { createHash, randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { type CanaryProvider, canary, HIDDEN, startCanaryProvider } from './canary-provider.ts';

/** What the gateway itself has to keep for itself. */
export const OWN = {
  FLEXPRICE_API_KEY: canary('keyOne'),
  METEROID_API_KEY: canary('keyTwo'),
  FLEX_API_KEY: canary('keyThree'),
  path: canary('path'),
  redisPassword: canary('redis'),
  webhook: randomBytes(24).toString('base64'),
  encryption: randomBytes(32).toString('base64'),
} as const;

/** What callers show of themselves: right, wrong, and for somebody else. */
export const CALLERS = {
  key: canary('callersKey'),
  wrong: canary('wrongKey'),
  token: `${Buffer.from('{"alg":"ES256","kid":"one"}').toString('base64url')}.${canary('claims')}.${canary('signature')}`,
  cookie: canary('callersCookie'),
} as const;

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** All that nobody may see, also as it could have been written down: part of a token, base64, an address. */
function secretTexts(port: number): string[] {
  const plain = [...Object.values(HIDDEN), ...Object.values(OWN), ...Object.values(CALLERS)];
  const parts = CALLERS.token.split('.').slice(1);
  const coded = plain.flatMap((text) => [Buffer.from(text).toString('base64').replace(/=+$/, ''), hashOf(text)]);
  return [...plain, ...parts, ...coded, `127.0.0.1:${port}`, `:${port}`];
}

export type CanaryWorld = {
  provider: CanaryProvider;
  url: string;
  /** Everything that was said so far, to callers, to operators and in the log. */
  said: string[];
  /** The secrets that were said since so many lines, each with where. */
  leaks(since?: number): string[];
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<string>;
  /** What comes by WebSocket and by stream in a moment. */
  listen(query: string, variables: object): Promise<void>;
  /** Any request; its answer is kept like all others. */
  fetch(path: string, init?: RequestInit): Promise<string>;
  killRedis(): Promise<void>;
  stop(): Promise<void>;
};

const SHOWN_HEADERS = { authorization: `Bearer ${CALLERS.key}`, cookie: `session=${CALLERS.cookie}` };

/** Milliseconds. */
const MOMENT = 250;

/** The gateway with secrets everywhere, and a log that leaves nothing out and hides nothing. */
export async function startCanaryWorld(authAt: (url: string) => Record<string, string>): Promise<CanaryWorld> {
  const provider = await startCanaryProvider();
  const redis: RedisServer = await startRedis({ password: OWN.redisPassword });
  const baseUrl = `http://127.0.0.1:${provider.port}/${OWN.path}`;
  const config = readConfig({
    ...authAt(baseUrl),
    ...Object.fromEntries(
      ['FLEXPRICE', 'METEROID', 'FLEX'].flatMap((name) => [
        [`${name}_API_KEY`, OWN[`${name}_API_KEY` as keyof typeof OWN]],
        [`${name}_BASE_URL`, baseUrl],
        [`${name}_WEBHOOK_SECRET`, OWN.webhook],
      ]),
    ),
    PORT: '0',
    CACHE_MEMORY_MIB: '0',
    REDIS_URL: redis.url,
    CACHE_ENCRYPTION_KEY: OWN.encryption,
    LOG_LEVEL: 'trace',
  });
  const said: string[] = [];
  // Without the net below that takes known secrets out of lines: nothing may fall that far.
  const log = createLog({ level: 'trace', destination: { write: (line) => said.push(`log: ${line}`) } });
  const upstreamPolicy = { readDeadlineMs: 400, changeDeadlineMs: 400, backoffMs: 5, breakerMinimumCalls: 1e6 };
  const server = await startGateway({ config: { ...config, dataDir: null }, log, upstreamPolicy });
  const get = async (path: string, init: RequestInit = {}): Promise<string> => {
    const headers = { ...SHOWN_HEADERS, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${server.url}${path}`, { redirect: 'manual', ...init, headers });
    const text = await response.text();
    said.push(`${path}: ${response.status} ${response.statusText} ${JSON.stringify([...response.headers])} ${text}`);
    return text;
  };
  const post = (query: string, variables: object = {}, headers: Record<string, string> = {}) =>
    get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
  const texts = secretTexts(provider.port);
  return {
    provider,
    url: server.url,
    said,
    fetch: get,
    ask: post,
    leaks: (since = 0) =>
      texts.flatMap((text) =>
        said
          .slice(since)
          .filter((line) => line.includes(text))
          .map((line) => `${text} in ${line}`),
      ),
    async listen(query, variables) {
      await Promise.all([
        listenOnSocket(server.url, said, query, variables),
        listenOnStream(server.url, said, query, variables),
      ]);
    },
    killRedis: () => redis.kill(),
    async stop() {
      await server.stop(0);
      await Promise.all([provider.stop(), redis.stop()]);
    },
  };
}

async function listenOnSocket(url: string, said: string[], query: string, variables: object): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: SHOWN_HEADERS,
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const payload = { ...SHOWN_HEADERS, 'x-api-key': CALLERS.wrong };
  socket.on('open', () => send({ type: 'connection_init', payload }));
  socket.on('message', (data) => {
    said.push(`socket: ${data}`);
    if (String(data).includes('connection_ack')) send({ type: 'subscribe', id: '1', payload: { query, variables } });
  });
  socket.on('error', ({ message }) => said.push(`socket: ${message}`));
  socket.on('close', (code, reason) => said.push(`socket closed: ${code} ${reason}`));
  await new Promise((resolve) => setTimeout(resolve, MOMENT));
  socket.terminate();
}

async function listenOnStream(url: string, said: string[], query: string, variables: object): Promise<void> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), MOMENT);
  try {
    const response = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: { ...SHOWN_HEADERS, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables }),
      signal: giveUp.signal,
    });
    said.push(`stream: ${JSON.stringify([...response.headers])}`);
    for await (const chunk of response.body ?? []) said.push(`stream: ${Buffer.from(chunk)}`);
  } catch {
    // The moment was over.
  } finally {
    clearTimeout(timer);
  }
}
