type Waiting = { ticket: number; pass: () => void };

/**
 * Keeps the results of subscriptions from piling up in front of one event stream: graphql-sse asks for the next result
 * before the one before was sent, and keeps as many as come.
 */
export class Gate {
  #handedOver = 0;
  #sent = 0;
  #waiting: Waiting[] = [];

  /** A result was handed over. @returns what to wait for before the next */
  take(): number {
    this.#handedOver += 1;
    return this.#handedOver;
  }

  /** A result was sent. */
  pass(): void {
    this.#sent += 1;
    const isFree = ({ ticket }: Waiting) => ticket <= this.#sent;
    for (const { pass } of this.#waiting.filter(isFree)) pass();
    this.#waiting = this.#waiting.filter((one) => !isFree(one));
  }

  /** Resolves when as many results were sent as had been handed over with this ticket. */
  until(ticket: number): Promise<void> {
    if (ticket <= this.#sent) return Promise.resolve();
    return new Promise((pass) => this.#waiting.push({ ticket, pass }));
  }
}
