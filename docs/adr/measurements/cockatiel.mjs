// What cockatiel's policies do at their edges. In an empty folder:
//   npm install cockatiel@4.0.0 && node <the project>/docs/adr/measurements/cockatiel.mjs
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { bulkhead, CircuitState, ConstantBackoff, circuitBreaker, handleAll, retry, SamplingBreaker } = createRequire(
  join(process.cwd(), 'package.json'),
)('cockatiel');
const print = (...words) => process.stdout.write(`${words.join(' ')}\n`);

const realNow = Date.now;
let now = realNow();
Date.now = () => now;

const breaker = () =>
  circuitBreaker(handleAll, {
    halfOpenAfter: 5000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 }),
  });
const succeed = (policy) => policy.execute(() => 1);
const fail = (policy) =>
  policy
    .execute(() => {
      throw new Error('failed');
    })
    .catch(() => {});
const times = async (count, work) => {
  for (let time = 0; time < count; time++) await work();
};

const idle = breaker();
await times(19, () => fail(idle));
now += 3_600_000;
await fail(idle);
print('19 failures, an hour without calls, 1 failure:', CircuitState[idle.state]);

const half = breaker();
now += 3_600_000;
await times(10, () => succeed(half));
await times(10, () => fail(half));
print('10 of 20 calls failed, threshold 0.5:', CircuitState[half.state]);
await fail(half);
print('11 of 21 calls failed, threshold 0.5:', CircuitState[half.state]);

Date.now = realNow;

const places = bulkhead(1, 10);
let free;
places.execute(
  () =>
    new Promise((resolve) => {
      free = resolve;
    }),
);
const leaving = new AbortController();
setTimeout(() => leaving.abort(), 50);
setTimeout(() => free(), 400);
let started = performance.now();
await places.execute(() => 1, leaving.signal).catch(() => {});
print(
  'queued call aborted after 50 ms, place free after 400 ms: told after',
  Math.round(performance.now() - started),
  'ms',
);

const patient = retry(handleAll, { maxAttempts: 1, backoff: new ConstantBackoff(400) });
const stopping = new AbortController();
setTimeout(() => stopping.abort(), 50);
let calls = 0;
started = performance.now();
await patient
  .execute(() => {
    calls += 1;
    throw new Error('failed');
  }, stopping.signal)
  .catch(() => {});
print(
  'aborted 50 ms into a wait of 400 ms: ended after',
  Math.round(performance.now() - started),
  'ms,',
  calls,
  'calls',
);
