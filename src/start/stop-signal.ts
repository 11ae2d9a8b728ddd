/** Milliseconds within which two signals are one. */
const DOUBLE_MS = 500;

/** Is aborted by the first signal to stop. A second one ends the process, whatever is still under way. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const stop = () => {
    // From someone who will not wait; but Ctrl-C under npm comes twice at once, from the terminal and from npm.
    if (since !== undefined && performance.now() - since > DOUBLE_MS) process.exit(1);
    since ??= performance.now();
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
