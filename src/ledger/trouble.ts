import type { Log } from '../telemetry/log.ts';

/** Something that fails for a while: one line of the log when it begins, one when it is over. */
export class Trouble {
  readonly #log: Log;
  readonly #words: { begins: string; ends: string };
  readonly #level: 'warn' | 'error';
  #isOn = false;

  constructor(log: Log, words: { begins: string; ends: string }, level: 'warn' | 'error') {
    this.#log = log;
    this.#words = words;
    this.#level = level;
  }

  begin(error: unknown): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#log[this.#level]({ error: String(error) }, this.#words.begins);
  }

  end(): void {
    if (this.#isOn) this.#log.info(this.#words.ends);
    this.#isOn = false;
  }
}
