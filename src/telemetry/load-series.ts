import { Counter, Gauge, type Registry } from 'prom-client';
import { PREFIX } from './prefix.ts';

/** Why an operation was not begun. */
export type TurnedAway = 'rate_limited' | 'overloaded' | 'too_late';

export type LoadSeries = {
  turnedAway(reason: TurnedAway): void;
  /** Has it looked up whenever the metrics are read how many operations are under way, and how many may be. */
  watch(report: () => { underWay: number; limit: number }): void;
};

export function loadSeries(registry: Registry): LoadSeries {
  const registers = [registry];
  const turnedAway = new Counter({
    name: `${PREFIX}_operations_turned_away_total`,
    help: 'Operations that were not begun: rate_limited (the caller asks too often), overloaded (there were more than can be served) or too_late (the time for it was over).',
    labelNames: ['reason'],
    registers,
  });
  const counters = {
    rate_limited: turnedAway.labels('rate_limited'),
    overloaded: turnedAway.labels('overloaded'),
    too_late: turnedAway.labels('too_late'),
  } as const satisfies Record<TurnedAway, unknown>;
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `${PREFIX}_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  return {
    turnedAway: (reason) => counters[reason].inc(),
    watch(report) {
      gauge(
        'operations_under_way',
        'Operations that wait for their turn or are executed now.',
        () => report().underWay,
      );
      gauge('operations_limit', 'How many operations may wait or be executed at one time now.', () => report().limit);
    },
  };
}
