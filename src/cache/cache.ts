import type { SessionVersion } from '../checkout/version.ts';

/** Where a value lies. */
export type Place = {
  /** What is dropped as one: all that is known of one session, or of one list. */
  cell: string;
  /** Which of the cell's values. */
  field: string;
  /** Further fields whose values answer as well, because they hold more. */
  covering?: readonly string[];
  /** Another cell: when that one is dropped, this value is not valid any more either. */
  under?: string;
  /** Cells whose values show this one's too: they are dropped when a value of another version is stored. */
  shownIn?: readonly string[];
};

/** A value and how long it is good for. All times are epoch milliseconds; each limit is not before the one above it. */
export type Entry = {
  /** What JSON can hold. Null says that the provider has no such thing. */
  value: unknown;
  /** When the provider was asked for it. */
  fetchedAt: number;
  /**
   * Tells states of what the cell is of from each other. A value of another version takes the place of all that the cell
   * holds; if it was asked for earlier than that, it is not stored. Values without one stand beside any.
   */
  version?: string;
  /** It is as good as asking the provider. */
  freshUntil: number;
  /** It may be shown while it is being asked for anew. */
  revalidateUntil: number;
  /** It may be shown when the provider cannot be asked. */
  errorUntil: number;
};

/**
 * Changes whenever a cell, or the one that it stands under, is dropped; so what was asked for before that and answered
 * after it can be told. Opaque.
 */
export type Epoch = string;

export type Look = {
  /** Null when the cell has none yet; `begin` gives it one. */
  epoch: Epoch | null;
  /** The one of the place's and its covering values that is good for longest; null when there is none. */
  entry: Entry | null;
};

/** What a fetch begins with. */
export type Turn = {
  epoch: Epoch;
  /** Whether nobody else, in this process or another, is fetching the same: until the value is stored or 3 seconds are over. */
  isMine: boolean;
  /** The newest version of the session that a change or a webhook has shown; null when there was none lately. */
  shown: SessionVersion | null;
};

/**
 * Keeps what the providers answered. No method ever rejects: a store in trouble knows nothing and forgets what it is
 * told, but a drop takes effect all the same for whoever asks this one.
 */
export type Cache = {
  get(place: Place): Promise<Look>;
  /** Takes the epoch that a fetched value has to be stored under, and the turn to fetch it when nobody has it. */
  begin(place: Place): Promise<Turn>;
  /** Stores a value, unless the epoch has changed, and gives the turn back. Tells whether it was stored here. */
  store(place: Place, turn: Turn, entry: Entry): Promise<boolean>;
  /** Gives a turn back without a value. */
  release(place: Place, turn: Turn): Promise<void>;
  /** Forgets cells: what was read before is not given any more, and what is being read is not stored. */
  drop(cells: readonly string[]): Promise<void>;
  /** Remembers for 10 minutes that a session has been seen in a version; one that is older than known changes nothing. */
  show(cell: string, version: SessionVersion): Promise<void>;
};

/** Milliseconds for which the turn to fetch is kept. */
export const TURN_MS = 3000;
/** Milliseconds for which a version that was shown is remembered. */
export const SHOWN_MS = 600_000;
