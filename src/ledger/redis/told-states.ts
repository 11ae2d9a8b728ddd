import type { SessionKey } from '../../checkout/global-id.ts';
import { TOLD_MS, type ToldStates } from '../told-states.ts';
import type { Caller } from './caller.ts';
import { toldKey } from './key-names.ts';

/** What was told, in Redis. */
export function createRedisToldStates(caller: Caller, now: () => number): ToldStates {
  const keyOf = ({ provider, providerId }: SessionKey) => toldKey(provider, caller.accountOf(provider), providerId);
  /** What the scripts begin with. */
  const moment = () => [Math.floor(now()), TOLD_MS];
  return {
    async read(key) {
      // The cast holds because the script gives nothing else.
      const told = (await caller.call('read what was told', 'ledgerTold', [keyOf(key)], moment())) as Buffer[];
      const [text, revision] = told;
      return text && revision ? { text: text.toString(), revision: Number(revision) } : null;
    },
    async replace(key, text, revision) {
      const args = [...moment(), text, revision ?? ''];
      return (await caller.call('note what is told', 'ledgerTell', [keyOf(key)], args)) === 1;
    },
  };
}
