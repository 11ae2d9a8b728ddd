/**
 * Gives work so many milliseconds. When they are over, `late` answers in its place at once and the signal fires; what
 * the work comes to after that is nobody's concern any more, and cannot become an unhandled rejection.
 */
export function withDeadline<T>(ms: number, late: () => T, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (ms <= 0) return Promise.resolve(late());
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      resolve(late());
      controller.abort();
    }, ms);
    const done = () => clearTimeout(timer);
    work(controller.signal).then(resolve, reject).then(done);
  });
}
