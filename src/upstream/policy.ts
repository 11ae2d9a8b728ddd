/** How patient the gateway is with one provider, and when it stops asking. */
export type UpstreamPolicy = {
  /** Milliseconds for a read, over all of its attempts, waits and queueing. @default 3000 */
  readDeadlineMs: number;
  /** Milliseconds for a change, queueing included. A change is one attempt only. @default 10000 */
  changeDeadlineMs: number;
  /** How often a read is tried in all. @default 2 */
  attempts: number;
  /** Milliseconds that the wait before the second attempt is drawn from: anything from 0 to this. @default 100 */
  backoffMs: number;
  /** Milliseconds that no such wait exceeds, however many attempts went before. @default 1000 */
  backoffCapMs: number;
  /** Share of the reads that may be tried again, over time. @default 0.2 */
  retryBudgetRatio: number;
  /** Retries that are allowed at once after a quiet time; also what the budget can save up. @default 10 */
  retryBudgetReserve: number;
  /** Share of failed calls, 0 to 1, from which on no calls are sent for a while. @default 0.5 */
  breakerThreshold: number;
  /** Calls there must be in the window before their failures say anything. @default 20 */
  breakerMinimumCalls: number;
  /** Milliseconds that a call counts for. @default 10000 */
  breakerWindowMs: number;
  /** Milliseconds without calls, before one is let through to see. @default 5000 */
  breakerProbeAfterMs: number;
  /** Requests to the provider at one time; the next ones wait. @default 64 */
  maxInFlight: number;
  /** Bytes of an answer's body after decompression. @default 8388608 */
  maxAnswerBytes: number;
};

export const DEFAULT_POLICY: UpstreamPolicy = {
  readDeadlineMs: 3000,
  changeDeadlineMs: 10_000,
  attempts: 2,
  backoffMs: 100,
  backoffCapMs: 1000,
  retryBudgetRatio: 0.2,
  retryBudgetReserve: 10,
  breakerThreshold: 0.5,
  breakerMinimumCalls: 20,
  breakerWindowMs: 10_000,
  breakerProbeAfterMs: 5000,
  maxInFlight: 64,
  maxAnswerBytes: 8 * 1024 * 1024,
};
