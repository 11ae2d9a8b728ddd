import { Agent, request } from 'node:http';

// A client that asks at a given rate, whatever the answers do, or with so many at one time. In a process of its own.

export type Load = {
  url: string;
  seconds: number;
  /** Requests in a second, however many are under way; or requests at one time. */
  rate?: number;
  atOnce?: number;
  /** What is asked for the n-th time. */
  body: (n: number) => string;
};

export type Loaded = {
  sent: number;
  /** Answered with what was asked for, in time. */
  good: number;
  /** Turned away with 503. */
  shed: number;
  /** Anything else, by what it was. */
  other: Record<string, number>;
  /** Milliseconds, in no order. */
  goodMs: number[];
  shedMs: number[];
  /** The same without those of the first seconds, in which the limit is found. */
  settledShedMs: number[];
  /** Milliseconds by which this process was late itself, at most. */
  ownLateMs: number;
};

/** Milliseconds after which nobody waits for an answer any more. */
const PATIENCE_MS = 1000;
const MOST_SOCKETS = 400;
const TICK_MS = 2;
const SETTLING_MS = 2000;

type Answer = { status: number; text: string };

function ask(url: string, body: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

export async function load({ url, seconds, rate, atOnce = 0, body }: Load): Promise<Loaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS, scheduling: 'lifo' });
  const loaded: Loaded = {
    sent: 0,
    good: 0,
    shed: 0,
    other: {},
    goodMs: [],
    shedMs: [],
    settledShedMs: [],
    ownLateMs: 0,
  };
  const count = (what: string) => {
    loaded.other[what] = (loaded.other[what] ?? 0) + 1;
  };
  const one = async (n: number): Promise<void> => {
    loaded.sent += 1;
    const begunAt = performance.now();
    try {
      const { status, text } = await ask(url, body(n), agent);
      const took = performance.now() - begunAt;
      if (status === 503 && text.includes('"OVERLOADED"')) {
        loaded.shed += 1;
        loaded.shedMs.push(took);
        if (begunAt - startedAt > SETTLING_MS) loaded.settledShedMs.push(took);
      } else if (status !== 200 || text.includes('"errors"')) count(`status ${status}`);
      else if (took > PATIENCE_MS) count('late');
      else {
        loaded.good += 1;
        loaded.goodMs.push(took);
      }
    } catch (error) {
      count((error as NodeJS.ErrnoException).code ?? 'error');
    }
  };
  // Opening connections is not what is measured, and the kernel has room for some hundred at one time.
  await Promise.all(Array.from({ length: 200 }, (_, n) => ask(url, body(n), agent)));
  const startedAt = performance.now();
  const end = startedAt + seconds * 1000;
  // Each time other questions than before.
  const first = Math.floor(Math.random() * 1e6);
  let next = first;
  const pending = new Set<Promise<void>>();
  const begin = () => {
    const asked = one(next++);
    pending.add(asked);
    void asked.then(() => pending.delete(asked));
  };
  if (rate === undefined) {
    const worker = async () => {
      while (performance.now() < end) await one(next++);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  } else {
    for (let now = startedAt; now < end; now = performance.now()) {
      const due = first + ((now - startedAt) / 1000) * rate;
      loaded.ownLateMs = Math.max(loaded.ownLateMs, ((due - next) / rate) * 1000);
      while (next < due) {
        if (pending.size >= MOST_SOCKETS) {
          count('not sent: too many under way');
          next += 1;
        } else begin();
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await Promise.all(pending);
  }
  agent.destroy();
  return loaded;
}
