type Task = () => Promise<void>;

/** Runs tasks in the order in which they come, some at a time: an hour that passes must not open a thousand sockets. */
export class Lane {
  readonly #atOnce: number;
  #waiting: Task[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  push(task: Task): void {
    this.#waiting.push(task);
    this.#next();
  }

  clear(): void {
    this.#waiting = [];
  }

  #next(): void {
    while (this.#running < this.#atOnce) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running += 1;
      const done = (): void => {
        this.#running -= 1;
        this.#next();
      };
      // A task that fails is over, too: the gateway may be in this process, and must not end with it.
      task().then(done, done);
    }
  }
}
