import type { ProviderName } from '../checkout/session.ts';
import type { Log } from '../telemetry/log.ts';
import type { Upstream } from '../upstream/index.ts';
import type { ReportOddValue } from './parse-wire.ts';

/** What every provider is made of. */
export type ProviderOptions = {
  upstream: Upstream;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

// A provider that puts something new into each path could otherwise grow the set without end.
const MAX_REMEMBERED = 1000;

/** Logs each path whose value cannot be what its property says, once: never the value, which may be personal. */
export function logOddValues(provider: ProviderName, log: Log): ReportOddValue {
  const seen = new Set<string>();
  return (path) => {
    if (seen.has(path) || seen.size >= MAX_REMEMBERED) return;
    seen.add(path);
    log.warn(
      { provider, path },
      'The provider sent a value that cannot be what its property says; it is shown as null.',
    );
  };
}
