import { onTestFinished, vi } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import type { Provider } from '../../src/checkout/provider.ts';
import type { CheckoutSession } from '../../src/checkout/session.ts';
import type { SessionStatus } from '../../src/checkout/status.ts';
import { startWatcher, type Watcher } from '../../src/live/watcher.ts';
import type { SharedReads } from '../../src/reading/shared-reads.ts';
import { recordLog } from '../helpers/log.ts';
import { indexed, sessionOf } from '../ledger/sessions.ts';

export type Rig = {
  watcher: Watcher;
  /** Has a session of Meteroid looked at; gives what ends it. */
  watch(providerId: string, made?: { ageMs?: number }): () => void;
  /** Lets time pass, and all happen that is due. */
  pass(ms: number): Promise<void>;
  /** Calls to the provider. */
  looks: { what: string; at: number }[];
  /** What was told, in words. */
  told: string[];
  statuses: Map<string, SessionStatus>;
  /** What the list leaves out. */
  unlisted: Set<string>;
  /** The next so many tellings fail. */
  failing: number;
};

type Options = {
  /** Those of several replicas: until when each is taken. */
  turns?: Map<string, number>;
  /** @default by chance */
  random?: number;
};

/** A watcher whose time passes when a test says so. */
export function watcherRig({ turns, random }: Options = {}): Rig {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let time = Date.parse('2026-11-01T12:00:00.000Z');
  const statuses = new Map<string, SessionStatus>();
  const ages = new Map<string, number>();
  const begun = time;
  const sessionNamed = (providerId: string): CheckoutSession => ({
    ...sessionOf(indexed(providerId, { status: statuses.get(providerId) ?? 'OPEN' })),
    provider: 'METEROID',
    id: globalId('METEROID', providerId),
    createdAt: new Date(begun - (ages.get(providerId) ?? 0)).toISOString(),
  });
  const look = (what: string) => void rig.looks.push({ what, at: time });
  const listed = () => [...ages.keys()].filter((id) => !rig.unlisted.has(id)).map(sessionNamed);
  const provider = providerOf({ look, sessionNamed, listed });
  const watcher = startWatcher({
    providers: new Map([['METEROID', provider]]),
    reads: { forget: async () => {} } as unknown as SharedReads,
    teller: {
      tell: (session) => tell(rig, session),
      tellIfKnown: async () => {},
      shown: async () => {},
    },
    turns: { take: async (names, ms) => names.map((name, index) => takeTurn(turns, name, time, ms[index] ?? 0)) },
    log: recordLog().log,
    now: () => time,
    ...(random !== undefined && { random: () => random }),
  });
  const rig: Rig = {
    watcher,
    watch(providerId, { ageMs = 0 } = {}) {
      ages.set(providerId, ageMs);
      const session = sessionNamed(providerId);
      return watcher.watch([{ key: { provider: 'METEROID', providerId }, session }]);
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 50) {
        time += 50;
        await vi.advanceTimersByTimeAsync(turns ? 25 : 50);
      }
    },
    looks: [],
    told: [],
    statuses,
    unlisted: new Set(),
    failing: 0,
  };
  return rig;
}

async function tell(rig: Rig, { providerId, status }: CheckoutSession): Promise<void> {
  if (rig.failing-- > 0) throw new Error('away');
  rig.told.push(`${providerId} ${status}`);
}

type Shown = {
  look(what: string): void;
  sessionNamed(providerId: string): CheckoutSession;
  listed(): CheckoutSession[];
};

/** Meteroid, as far as it is looked at. */
const providerOf = ({ look, sessionNamed, listed }: Shown): Provider => ({
  name: 'METEROID',
  async getSession(providerId) {
    look(providerId);
    return sessionNamed(providerId);
  },
  listing: {
    kind: 'WHOLE',
    plan: () => ({
      key: '',
      async readAll() {
        look('the list');
        return listed();
      },
    }),
  },
});

function takeTurn(turns: Map<string, number> | undefined, name: string, time: number, ms: number): boolean {
  if (!turns) return true;
  if ((turns.get(name) ?? 0) > time) return false;
  turns.set(name, time + ms);
  return true;
}
