import type { Log } from '../telemetry/log.ts';
import type { Broker } from './broker.ts';
import { Listeners } from './listeners.ts';

/** For a gateway of one process: nobody else is told, and nothing can be missed. */
export function createLocalBroker({ log }: { log: Log }): Broker {
  const listeners = new Listeners(log);
  return {
    publish: async (notice) => {
      if (listeners.isClosed) throw new Error('The broker is closed.');
      listeners.notice(notice);
    },
    listen: (listener) => listeners.add(listener),
    close: async () => listeners.close(),
  };
}
