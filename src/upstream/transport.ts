/** The bare exchange of one request, as a transport gets it. */
export type TransportRequest = {
  method: string;
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string | undefined;
  /** When it fires, the exchange ends at once and nobody listens any more. */
  signal: AbortSignal;
  /**
   * Told whether anything of the request can have left: false while there is no connection yet, true from then on. Who
   * is told nothing has to assume it.
   */
  onWire: (canHaveLeft: boolean) => void;
};

/** What can be wrong with a body whose status and headers came: it stopped early, is over the cap, cannot be decoded. */
export type BodyFault = 'truncated' | 'too-large' | 'garbled';

export type TransportAnswer = {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decompressed and decoded; empty when there is a fault. */
  text: string;
  fault?: BodyFault;
};

/**
 * Why there was no answer at all: the provider was not reached, its certificate or handshake was wrong, the connection
 * ended, what came was not HTTP, or the signal fired.
 */
export type TransportTrouble = 'unreachable' | 'tls' | 'broken' | 'garbled' | 'aborted';

/** Says nothing but what kind of trouble it was: the errors of HTTP libraries hold addresses and headers. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly trouble: TransportTrouble;
  /** Node's bare code, such as ECONNREFUSED. */
  readonly nodeCode: string | undefined;

  constructor(trouble: TransportTrouble, nodeCode?: string) {
    super(trouble);
    this.trouble = trouble;
    this.nodeCode = nodeCode;
  }
}

/** What carries requests to one provider. Rejects with TransportError. */
export type Transport = {
  exchange(request: TransportRequest): Promise<TransportAnswer>;
  /** Ends every connection, busy ones too. */
  close(): void;
};
