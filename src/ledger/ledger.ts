import type { ProviderName } from '../checkout/provider-name.ts';
import type { Inbox } from './inbox.ts';
import type { Operations } from './operations.ts';
import type { SessionIndex } from './session-index.ts';
import type { ToldStates } from './told-states.ts';

/** What the gateway itself has to remember across restarts. */
export type Ledger = {
  sessionIndex: SessionIndex;
  operations: Operations;
  inbox: Inbox;
  toldStates: ToldStates;
  /** What is asked of the ledger afterwards fails. Closing twice does nothing. */
  close(): Promise<void>;
};

/**
 * For each provider, a text that stands for the account that the gateway is set up for. Nothing remembered under another
 * text is ever seen, so a gateway that is pointed at another account does not mix the two.
 */
export type LedgerAccounts = Readonly<Partial<Record<ProviderName, string>>>;

/** The ledger's store cannot do what is asked. The message names the setting, what was expected and what came. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  /** Whether what was to be written may have been, or yet be. */
  readonly mayBeWritten: boolean;

  constructor(message: string, { mayBeWritten = false }: { mayBeWritten?: boolean } = {}) {
    super(message);
    this.mayBeWritten = mayBeWritten;
  }
}
