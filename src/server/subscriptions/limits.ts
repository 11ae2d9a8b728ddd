/** How much subscribers may take. Everything has a default. */
export type SubscriptionOptions = {
  /** Subscriptions at one time, and connections at one time, of the whole process. @default 10_000 */
  maxSubscribers?: number;
  /** Subscriptions on one WebSocket, or on one event stream that was reserved. @default 100 */
  maxPerConnection?: number;
  /** Bytes that may wait for one consumer when the next event is to be sent to it. @default 1 MiB */
  maxBufferedBytes?: number;
  /** Milliseconds that the network may take to take an event. @default 10_000 */
  flushTimeoutMs?: number;
  /** Milliseconds from the opening of a WebSocket to its `connection_init`. @default 5000 */
  initTimeoutMs?: number;
  /** Milliseconds between pings; who has not answered one by the next is gone. @default 12_000 */
  pingIntervalMs?: number;
  /** Milliseconds from the reservation of an event stream to its opening. @default 10_000 */
  reservationTimeoutMs?: number;
  /**
   * Origins whose pages may open WebSockets, beside the gateway's own: no CORS protects those, and where callers are not
   * told apart, any page that a browser shows could read along. @default all
   */
  allowedOrigins?: readonly string[] | undefined;
};

export type Limits = Required<Omit<SubscriptionOptions, 'allowedOrigins'>>;

export const limitsOf = (options: SubscriptionOptions = {}): Limits => ({
  maxSubscribers: options.maxSubscribers ?? 10_000,
  maxPerConnection: options.maxPerConnection ?? 100,
  maxBufferedBytes: options.maxBufferedBytes ?? 2 ** 20,
  flushTimeoutMs: options.flushTimeoutMs ?? 10_000,
  initTimeoutMs: options.initTimeoutMs ?? 5000,
  pingIntervalMs: options.pingIntervalMs ?? 12_000,
  reservationTimeoutMs: options.reservationTimeoutMs ?? 10_000,
});
