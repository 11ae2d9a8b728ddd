import type { Instant } from '../checkout/time.ts';

/** What a mapping needs beside the wire object. */
export type MappingContext = {
  /** When the provider gave the answer. */
  fetchedAt: Instant;
  /** What stands below this path of the session's own JSON, read by `exactJson`. */
  exact: (...path: string[]) => unknown;
};
