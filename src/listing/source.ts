import type { CheckoutSession } from '../checkout/session.ts';

/** How far a source has been consumed: the last session taken from it. */
export type Position = { id: string; createdAt: number | null };

/** What a source holds after a position. */
export type Stretch = {
  /** In the source's own order, newest first. */
  sessions: CheckoutSession[];
  /** Whether the source has nothing behind them. */
  complete: boolean;
};

/** One of the lists that are merged into one. */
export type Source = {
  /**
   * At least `want` sessions after the position, or all there are; null begins at the newest.
   * @throws GatewayError when whoever keeps the list cannot answer
   */
  read(after: Position | null, want: number): Promise<Stretch>;
};

export const positionOf = ({ providerId, createdAt }: CheckoutSession): Position => ({
  id: providerId,
  createdAt: createdAt === null ? null : Date.parse(createdAt),
});
