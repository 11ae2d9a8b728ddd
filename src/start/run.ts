import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConfigError, loadEnvironment, readConfig } from '../config.ts';
import { startGateway } from '../gateway.ts';
import { banner } from './banner.ts';
import { withSandbox } from './sandboxed.ts';

/** Runs the gateway until it is to stop, which may be while it starts. What cannot work becomes one message and exit code 1. */
export async function run(stopping: AbortSignal): Promise<void> {
  const opened = new AsyncDisposableStack();
  try {
    await start(stopping, opened);
    await once(stopping, 'abort');
  } catch (error) {
    if (!stopping.aborted || error !== stopping.reason) {
      const heading = error instanceof ConfigError ? 'The settings cannot be used:\n' : 'The gateway cannot start: ';
      process.stderr.write(`${heading}${sentenceOf(error)}\n`);
      process.exitCode = 1;
    }
  }
  try {
    await opened.disposeAsync();
  } catch (error) {
    process.stderr.write(`The gateway did not stop as it should: ${sentenceOf(error)}\n`);
    process.exit(1);
  }
}

/** @param opened gets what has to be stopped, the last first; it would keep the process from ending */
async function start(stopping: AbortSignal, opened: AsyncDisposableStack): Promise<void> {
  // A signal that came while all was loaded is not told of before.
  await nextTurn();
  stopping.throwIfAborted();
  const sandboxed = await withSandbox(readConfig(loadEnvironment()));
  opened.defer(() => sandboxed.stop());
  const server = await startGateway({ ...sandboxed, stopping });
  opened.defer(() => server.stop());
  stopping.throwIfAborted();
  sandboxed.sendWebhooksTo(server.url);
  process.stdout.write(banner(server.url, sandboxed));
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
