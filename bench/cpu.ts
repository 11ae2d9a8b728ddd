/** Something to measure: called over and over, it gives a result so that nothing is optimised away. */
export type Task = { name: string; run: () => unknown };

export type CpuOptions = {
  /** Rounds that count, of which the median is taken. */
  rounds: number;
  /** Milliseconds that one round of one task should take: far above the clock's grain, far below a minute. */
  roundMs: number;
};

/**
 * The CPU time of each task in microseconds a call: user and system time of the whole process, the garbage collector's
 * threads included. The tasks take turns, so that a slow moment of the machine meets all of them.
 */
export function cpuMicroseconds(tasks: readonly Task[], { rounds, roundMs }: CpuOptions): ReadonlyMap<string, number> {
  const prepared = tasks.map((task) => ({ ...task, calls: callsFor(task, roundMs), samples: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { run, calls, samples } of prepared) samples.push(cpuOf(run, calls) / calls);
  }
  return new Map(prepared.map(({ name, samples }) => [name, median(samples)]));
}

/** Warms the task up until its speed has settled, and tells how many calls fill a round. */
function callsFor({ run }: Task, roundMs: number): number {
  let calls = 1;
  for (let warmed = 0; warmed < 10 * roundMs * 1000; ) {
    const spent = Math.max(cpuOf(run, calls), 1);
    warmed += spent;
    calls = Math.max(1, Math.round((calls * roundMs * 1000) / spent));
  }
  return calls;
}

function cpuOf(run: () => unknown, calls: number): number {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) sink = run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Holds the last result, so that the engine cannot find out that nobody wants it. */
export let sink: unknown;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
