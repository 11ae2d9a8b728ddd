import { Counter, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from './duration-buckets.ts';
import { PREFIX } from './prefix.ts';

/** One request that the gateway answered, or whose client went away before. */
export type HttpObservation = {
  /** The path of a known route, else `other`: paths that callers make up must not become series. */
  route: string;
  method: string;
  status: number;
  seconds: number;
};

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Clients may send any of the forty methods that the parser knows; each would be a series of its own. */
const methodLabel = (method: string): string => (METHODS.has(method) ? method : 'other');

export function httpSeries(registry: Registry): (observation: HttpObservation) => void {
  const requests = new Counter({
    name: `${PREFIX}_http_requests_total`,
    help: 'HTTP requests; status 499 is a client that went away before it was answered.',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: `${PREFIX}_http_request_duration_seconds`,
    help: 'Time from the head of a request to its answer.',
    labelNames: ['route'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  // To find a series by its labels takes longer than to count in it.
  const counterOf = kept((labels: string) => {
    const [route = '', method = '', status = ''] = labels.split(' ');
    return requests.labels({ route, method, status });
  });
  const durationOf = kept((route: string) => duration.labels({ route }));
  return ({ route, method, status, seconds }) => {
    counterOf(`${route} ${methodLabel(method)} ${status}`).inc();
    durationOf(route).observe(seconds);
  };
}

/** Of bounded many keys. */
function kept<T>(create: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key) ?? create(key);
    known.set(key, found);
    return found;
  };
}
