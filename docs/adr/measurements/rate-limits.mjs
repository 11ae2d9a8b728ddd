// How rate-limiter-flexible counts, and how we do. In an empty folder:
//   npm install rate-limiter-flexible@11.4.0 && node --expose-gc <the project>/docs/adr/measurements/rate-limits.mjs
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { OwnLimiter } from '../../../src/rate-limit/own-limiter.ts';

const { RateLimiterMemory } = createRequire(join(process.cwd(), 'package.json'))('rate-limiter-flexible');
const print = (...words) => process.stdout.write(`${words.join(' ')}\n`);

const TEN = { points: 10, seconds: 1 };
const clock = { now: 0 };
const realNow = Date.now;
const realTimeout = globalThis.setTimeout;
const timers = { set: 0 };
Date.now = () => clock.now;
// So that nothing is forgotten while the clock stands still.
globalThis.setTimeout = (work) => {
  timers.set += 1;
  return { work, unref() {} };
};

const library = ({ points, seconds }) => {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  return (caller) =>
    limiter.consume(caller).then(
      () => true,
      () => false,
    );
};
const own = (rate) => {
  const limiter = new OwnLimiter(rate, () => clock.now);
  return async (caller) => limiter.take(caller).allowed;
};

const WAYS = [
  ['rate-limiter-flexible', library],
  ['our own', own],
];

/** Asks 20 times at each of the moments, having asked once at 0. */
async function allowedAt(take, moments) {
  clock.now = 1_000_000_000;
  const start = clock.now;
  await take('caller');
  let allowed = 0;
  for (const moment of moments) {
    clock.now = start + moment;
    for (let time = 0; time < 20; time++) if (await take('caller')) allowed += 1;
  }
  return allowed;
}

/** The most in any second of five, asked once in a millisecond. */
async function mostInOneSecond(take) {
  const times = [];
  for (clock.now = 2_000_000_000; clock.now < 2_000_005_000; clock.now++) {
    if (await take('caller')) times.push(clock.now);
  }
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length));
}

for (const [name, limiter] of WAYS) {
  print(name, 'of 10 in a second, at 0.9 s and 1.01 s:', await allowedAt(limiter(TEN), [900, 1010]));
  print(name, 'of 10 in a second, the most in any second:', await mostInOneSecond(limiter(TEN)));
}

const CALLERS = 100_000;
for (const [name, limiter] of WAYS) {
  const take = limiter({ points: 10, seconds: 60 });
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  timers.set = 0;
  for (let caller = 0; caller < CALLERS; caller++) await take(`caller ${caller}`);
  globalThis.gc?.();
  const bytes = process.memoryUsage().heapUsed - before;
  print(name, `${CALLERS} callers: ${(bytes / 2 ** 20).toFixed(1)} MiB, ${timers.set} timers`);
  await take('caller 0');
}
Date.now = realNow;
globalThis.setTimeout = realTimeout;
