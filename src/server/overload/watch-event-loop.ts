import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { LoopLook } from './adaptive-limit.ts';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 100;
/** Milliseconds between the samples that a look goes by; each is as long as that when nobody is late. */
const SAMPLE_EVERY_MS = 10;
const NANOSECONDS = 1e6;

/**
 * Tells ten times a second how the event loop is. Of how long callbacks waited, the median: one long callback, or one
 * collection of garbage, is not to count for more than it is.
 * @returns what ends it
 */
export function watchEventLoop(tell: (look: LoopLook) => void): () => void {
  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_EVERY_MS });
  histogram.enable();
  let lookedAt = performance.now();
  let use = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - lookedAt - LOOK_EVERY_MS;
    lookedAt = now;
    // Without a sample nobody had a turn but this timer.
    const delay = histogram.count > 0 ? histogram.percentile(50) / NANOSECONDS - SAMPLE_EVERY_MS : late;
    histogram.reset();
    const used = use;
    use = performance.eventLoopUtilization();
    tell({ delayMs: Math.max(0, delay), utilization: performance.eventLoopUtilization(use, used).utilization });
  }, LOOK_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    histogram.disable();
  };
}
