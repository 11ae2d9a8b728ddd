import { expect, test } from 'vitest';
import type { ProviderHealth } from '../../src/checkout/provider.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';

async function seriesOf(metrics: Metrics, name: string): Promise<string[]> {
  const { text } = await metrics.render();
  return text.split('\n').filter((line) => line.startsWith(name));
}

test('attempts of upstream calls are counted by outcome', async () => {
  const metrics = createMetrics();
  const call = { provider: 'FLEX', method: 'GET', route: '/checkout/sessions/{id}', seconds: 0.02 } as const;
  metrics.upstreamCall({ ...call, outcome: 'UPSTREAM_ERROR', attempt: 1 });
  metrics.upstreamCall({ ...call, outcome: 'ok', attempt: 2 });
  const labels = 'provider="FLEX",route="/checkout/sessions/{id}"';
  expect(await seriesOf(metrics, 'checkout_gateway_upstream_calls_total')).toEqual([
    `checkout_gateway_upstream_calls_total{${labels},method="GET",outcome="UPSTREAM_ERROR"} 1`,
    `checkout_gateway_upstream_calls_total{${labels},method="GET",outcome="ok"} 1`,
  ]);
  expect(await seriesOf(metrics, 'checkout_gateway_upstream_call_duration_seconds_count')).toEqual([
    `checkout_gateway_upstream_call_duration_seconds_count{${labels}} 2`,
  ]);
});

test('health is looked up when the metrics are read', async () => {
  const metrics = createMetrics();
  let flex: ProviderHealth | undefined = 'DEGRADED';
  metrics.watchHealth(() => ({ METEROID: 'UP', ...(flex && { FLEX: flex }) }));
  expect(await seriesOf(metrics, 'checkout_gateway_provider_health')).toEqual([
    'checkout_gateway_provider_health{provider="METEROID"} 1',
    'checkout_gateway_provider_health{provider="FLEX"} 0.5',
  ]);
  flex = undefined;
  expect(await seriesOf(metrics, 'checkout_gateway_provider_health')).toEqual([
    'checkout_gateway_provider_health{provider="METEROID"} 1',
  ]);
});

test('two instances share nothing', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.graphqlError('BAD_USER_INPUT');
  expect(await seriesOf(one, 'checkout_gateway_graphql_errors_total')).toHaveLength(1);
  expect(await seriesOf(other, 'checkout_gateway_graphql_errors_total')).toEqual([]);
});
