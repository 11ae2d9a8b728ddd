import type { Task } from './cpu.ts';
import type { Batch, BatchResult } from './list-outside.ts';
import { deepCursor, type PageKind, QUERY } from './list-pages.ts';
import type { Helper } from './list-process.ts';

/** Something to measure, and what it cost each time. */
export type Measured = {
  name: string;
  /** Does it so many times. */
  run(count: number): Promise<void>;
  /** CPU milliseconds of this process for one time, by round. */
  samples: number[];
};

export type MeasuredPage = Measured & {
  url: string;
  /** Of the request. */
  body: string;
  /** Calls to Flex for one page. */
  flexCalls: number;
};

export type Outside = Helper<Batch, BatchResult>;

type Page = {
  nodes?: unknown[];
  totalCount?: number;
  pageInfo: { endCursor: string };
  sources: { state: string }[];
};

const pageIn = ({ answer }: BatchResult): Page => JSON.parse(answer).data.checkoutSessions;

/** A page of a gateway, looked at once so that it is known to be what is meant. */
export async function preparePage(
  outside: Outside,
  url: string,
  sessions: number,
  kind: PageKind,
): Promise<MeasuredPage> {
  const { name, query = QUERY, variables, deep, nodes } = kind;
  const bodyOf = (more: object) => JSON.stringify({ query, variables: { ...variables, ...more } });
  let body = bodyOf({});
  if (deep) {
    const first = await outside.ask({ url, body: bodyOf({ first: 50, last: null }), count: 1 });
    // So far that the sessions of both sizes are of the same kinds.
    const by = Math.floor(sessions / 240) * 120;
    body = bodyOf({ [deep]: deepCursor(pageIn(first).pageInfo.endCursor, variables.filter, by) });
  }
  const result = await outside.ask({ url, body, count: 1 });
  const page = pageIn(result);
  const isCounted = page.totalCount === undefined || page.totalCount === 2 * sessions;
  if ((page.nodes?.length ?? nodes) !== nodes || !isCounted || page.sources.some(({ state }) => state !== 'OK')) {
    throw new Error(`expected ${name} to have ${nodes} sessions and no failure, got ${result.answer}`);
  }
  const run = async (count: number) => {
    await outside.ask({ url, body, count });
  };
  return { name, url, body, flexCalls: result.calls.flex ?? 0, run, samples: [] };
}

export const measuredTask = ({ name, run }: Task): Measured => ({
  name,
  async run(count) {
    for (let call = 0; call < count; call++) kept = run();
  },
  samples: [],
});

/** Holds the last result, so that the engine cannot find out that nobody wants it. */
export let kept: unknown;

type Options = {
  rounds: number;
  /** CPU milliseconds that one round of one of them should take. */
  roundMs: number;
};

/** Samples for each of them. They take turns, so that a slow moment of the machine meets all of them. */
export async function measure(all: readonly Measured[], { rounds, roundMs }: Options): Promise<void> {
  const counts = new Map<Measured, number>();
  for (const one of all) {
    let count = 4;
    for (let warmed = 0; warmed < 3 * roundMs; ) {
      const spent = Math.max(await cpuOf(one, count), 0.001);
      warmed += spent;
      count = Math.max(4, Math.round((count * roundMs) / spent));
    }
    counts.set(one, count);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [one, count] of counts) one.samples.push((await cpuOf(one, count)) / count);
  }
}

/** User and system time of the whole process, the garbage collector's threads included; milliseconds. */
async function cpuOf({ run }: Measured, count: number): Promise<number> {
  const before = process.cpuUsage();
  await run(count);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
