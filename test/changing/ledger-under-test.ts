/** Ends the trouble that it was got for. */
export type Release = () => Promise<void>;

/** Where the operations of one story lie. */
export type LedgerUnderTest = {
  /** What every gateway of the story is started with. */
  settings: { dataDir: string; redisUrl?: string; cacheEncryptionKey?: string };
  /** What stands there of a key, without the gateway being asked: asking makes it look. */
  stateOf(key: string): Promise<string | undefined>;
  /** From now on nothing that is to be written comes to its end. */
  holdWrites(): Promise<Release>;
  /** From now on what is to be written fails. */
  loseWrites(): Promise<Release>;
  close(): Promise<void>;
};

export type OpenLedger = () => Promise<LedgerUnderTest>;
