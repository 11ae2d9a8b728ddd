import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { indexOf } from './flex-list-body.ts';
import { type FlexPage, flexPage, flexpriceBody, meteroidBodies } from './list-world.ts';

// What is around the gateway, in a process of its own so that its CPU time is not the gateway's: the three providers,
// and the client that asks. Started by `list-outside-process.ts`.

/** Asks the gateway for the same thing over and over. */
export type Batch = { url: string; body: string; count: number };

export type BatchResult = {
  /** The last one. */
  answer: string;
  /** Calls that the gateway made meanwhile, by provider. */
  calls: Record<string, number>;
};

/** Requests that the client has under way at one time. */
const IN_FLIGHT = 4;

const calls: Record<string, number> = { flex: 0, flexprice: 0, meteroid: 0 };
const meteroidTexts = new Map<number, string>();

/** `/{sessions}/{meteroid}/{provider}{path}`: the address tells how long the lists are. */
function answer(target: string): string | null {
  const { pathname, searchParams } = new URL(target, 'http://localhost');
  const [, sessions, meteroid, provider = '', ...path] = pathname.split('/');
  calls[provider] = (calls[provider] ?? 0) + 1;
  if (provider === 'flexprice') return JSON.stringify(flexpriceBody(path.at(-1) ?? '', Number(sessions)));
  const id = path.at(-1) ?? '';
  if (provider === 'meteroid') return id.startsWith('che_') ? meteroidSession(id) : meteroidText(Number(meteroid));
  if (id !== 'sessions') return JSON.stringify({ checkout_session: flexSession(id, Number(sessions)) });
  const page = readFlexQuery(searchParams);
  return page && JSON.stringify({ checkout_sessions: flexPage(Number(sessions), page) });
}

function meteroidSession(id: string): string {
  const session = meteroidBodies(2)[1];
  return JSON.stringify({ session: { ...session, id } });
}

function flexSession(id: string, sessions: number): Record<string, unknown> | undefined {
  return flexPage(sessions, { limit: 1, offset: indexOf(id), rare: false })[0];
}

function meteroidText(count: number): string {
  const known = meteroidTexts.get(count) ?? JSON.stringify({ sessions: meteroidBodies(count) });
  meteroidTexts.set(count, known);
  return known;
}

const READ = ['limit', 'offset', 'starting_after', 'ending_before', 'status', 'created[gte]', 'created[lt]'];

/** Null for what this list cannot be asked: nothing may be left out of the question unseen. */
function readFlexQuery(query: URLSearchParams): FlexPage | null {
  if ([...query.keys()].some((name) => !READ.includes(name))) return null;
  const status = query.get('status');
  if (status !== null && status !== 'expired') return null;
  const seconds = (name: string) => {
    const value = query.get(name);
    return value === null ? undefined : Date.parse(value) / 1000;
  };
  return {
    limit: Number(query.get('limit') ?? 10),
    offset: Number(query.get('offset') ?? 0),
    rare: status !== null,
    startingAfter: query.get('starting_after') ?? undefined,
    endingBefore: query.get('ending_before') ?? undefined,
    since: seconds('created[gte]'),
    before: seconds('created[lt]'),
  };
}

/** Starts the providers; gives their address. */
export async function startProviders(): Promise<string> {
  const server = createServer((incoming, response) => {
    const body = answer(incoming.url ?? '');
    response.writeHead(body === null ? 501 : 200, { 'content-type': 'application/json' }).end(body ?? '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });

/** Rejects when the gateway answers anything with an error in it. */
export async function ask({ url, body, count }: Batch): Promise<BatchResult> {
  for (const name of Object.keys(calls)) calls[name] = 0;
  let left = count;
  let last = '';
  const work = async () => {
    while (left-- > 0) {
      last = await post(`${url}/graphql`, body);
      if (!last.startsWith('{"data":') || last.includes('"errors":[')) throw new Error(`expected a page, got ${last}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, work));
  return { answer: last, calls: { ...calls } };
}

async function post(url: string, body: string): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request(url, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body);
  });
  return text(response);
}
