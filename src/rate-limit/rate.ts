/** How often one caller may ask: so many times at once after a quiet time, and over time so many times in so many seconds. */
export type Rate = { points: number; seconds: number };

/** Where callers are told apart and nothing else is set. */
export const DEFAULT_RATE: Rate = { points: 600, seconds: 60 };

export type Taken = { allowed: true } | { allowed: false; retryAfterMs: number };

/** Counts what callers ask for. */
export type RateLimiter = {
  /**
   * Counts one more of a caller's operations, unless it has to wait. Never rejects, and never takes longer than Redis may.
   * @param caller stands for one and the same caller always
   */
  take(caller: string): Promise<Taken>;
  /** Counts one of a caller's operations no more: it was not begun. Never throws. */
  giveBack(caller: string): void;
};

/** A rate in whole microseconds: what is added up stays exact, in Redis as well as here. */
export type Spacing = {
  /** From one operation to the next at the rate over time. Rounded down, so that all points fit into the window. */
  interval: number;
  window: number;
};

export function spacingOf({ points, seconds }: Rate): Spacing {
  const window = seconds * 1_000_000;
  return { interval: Math.floor(window / points), window };
}
