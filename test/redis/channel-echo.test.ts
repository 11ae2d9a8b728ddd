import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Echo } from '../../src/redis/channel-echo.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SECOND = 1000;

/** What is called comes back, unless it is lost; or it is not even published. */
function rig() {
  const state = { lost: false, isAway: false, skipped: 0, silent: 0, calls: 0 };
  const echo: Echo = new Echo({
    call: async (text) => {
      state.calls++;
      if (state.isAway) throw new Error('away');
      if (!state.lost) queueMicrotask(() => echo.hear(text));
    },
    skipped: () => void state.skipped++,
    silent: () => void state.silent++,
  });
  return { state, echo };
}

it('is content as long as it is heard', async () => {
  const { state, echo } = rig();
  echo.start();
  await vi.advanceTimersByTimeAsync(100 * SECOND);
  echo.stop();
  expect(state).toMatchObject({ skipped: 0, silent: 0, calls: 100 });
});

it('notices one that is lost by the next', async () => {
  const { state, echo } = rig();
  echo.start();
  await vi.advanceTimersByTimeAsync(3 * SECOND);
  state.lost = true;
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  state.lost = false;
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  expect(state).toMatchObject({ skipped: 1, silent: 0 });
});

it('gives up after three seconds, once', async () => {
  const { state, echo } = rig();
  echo.start();
  state.lost = true;
  await vi.advanceTimersByTimeAsync(3 * SECOND);
  expect(state.silent).toBe(0);
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  expect(state).toMatchObject({ skipped: 0, silent: 1 });
  state.lost = false;
  echo.start();
  await vi.advanceTimersByTimeAsync(10 * SECOND);
  expect(state).toMatchObject({ skipped: 0, silent: 1 });
});

it('expects nothing while it cannot call', async () => {
  const { state, echo } = rig();
  echo.start();
  state.isAway = true;
  await vi.advanceTimersByTimeAsync(60 * SECOND);
  expect(state).toMatchObject({ skipped: 0, silent: 0 });
});

it('does not listen to others, nor to what it called before', async () => {
  const { state, echo } = rig();
  state.lost = true;
  echo.start();
  await vi.advanceTimersByTimeAsync(2 * SECOND);
  for (const text of ['', 'x', '0', '-1', '99', 'NaN']) echo.hear(text);
  echo.stop();
  echo.start();
  echo.hear('1');
  await vi.advanceTimersByTimeAsync(4 * SECOND);
  expect(state).toMatchObject({ skipped: 0, silent: 1 });
});
