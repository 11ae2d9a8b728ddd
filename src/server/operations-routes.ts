import type { Metrics } from '../telemetry/metrics.ts';
import { jsonAnswer } from './answer.ts';
import type { Route } from './route.ts';

const READ = ['GET', 'HEAD'] as const;

/**
 * Where a server is in its life. Who leaves says so in /readyz and by closing each connection that is answered on, and
 * serves as before; who drains takes nothing new.
 */
export type Lifecycle = { phase: 'starting' | 'ready' | 'leaving' | 'draining' };

export const isGoing = ({ phase }: Lifecycle): boolean => phase === 'leaving' || phase === 'draining';

/** Whether the process lives. It asks nothing else: a restart mends no provider. */
export const healthRoute: Route = {
  path: '/healthz',
  methods: READ,
  answer: () => jsonAnswer(200, { status: 'ok' }),
};

/** Words of `readiness()` for a part that does not do all it should. */
const DEGRADED: ReadonlySet<string> = new Set(['down', 'degraded']);

/**
 * Whether to send requests here. Parts that are down do not make it unready: the others' sessions can still be served,
 * and every replica has the same providers.
 */
export const readinessRoute = (lifecycle: Lifecycle, readiness: () => Record<string, string>): Route => ({
  path: '/readyz',
  methods: READ,
  answer() {
    if (isGoing(lifecycle)) return jsonAnswer(503, { status: 'draining' });
    if (lifecycle.phase !== 'ready') return jsonAnswer(503, { status: lifecycle.phase });
    const parts = readiness();
    const degraded = Object.keys(parts).filter((name) => DEGRADED.has(parts[name] ?? ''));
    return jsonAnswer(200, { status: 'ready', parts, degraded });
  },
});

export const metricsRoute = (metrics: Metrics): Route => ({
  path: '/metrics',
  methods: READ,
  async answer() {
    const { contentType, text } = await metrics.render();
    return { status: 200, headers: { 'content-type': contentType }, body: text };
  },
});
