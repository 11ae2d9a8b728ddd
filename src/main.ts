import { ConfigError, loadEnvironment, readConfig } from './config.ts';
import { startGateway } from './gateway.ts';
import { banner } from './start/banner.ts';
import { withSandbox } from './start/sandboxed.ts';

/** Milliseconds within which two signals are one. */
const DOUBLE_MS = 500;

/** Starts, and stops on a signal. */
async function main(): Promise<void> {
  const config = readConfig(loadEnvironment());
  const sandboxed = await withSandbox(config);
  const server = await startGateway(sandboxed).catch(async (error: unknown) => {
    // Its servers would keep the process from ending.
    await sandboxed.stop();
    throw error;
  });
  sandboxed.sendWebhooksTo(server.url);
  process.stdout.write(banner(server.url, sandboxed));
  let stoppingSince: number | undefined;
  const stop = async () => {
    if (stoppingSince !== undefined) {
      // From someone who will not wait; but Ctrl-C under npm comes twice at once, from the terminal and from npm.
      if (performance.now() - stoppingSince > DOUBLE_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    try {
      await server.stop();
      await sandboxed.stop();
    } catch (error) {
      process.stderr.write(`The gateway did not stop as it should: ${sentenceOf(error)}\n`);
      process.exit(1);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Turns what cannot work into one message and exit code 1. */
main().catch((error: unknown) => {
  const heading = error instanceof ConfigError ? 'The settings cannot be used:\n' : 'The gateway cannot start: ';
  process.stderr.write(`${heading}${sentenceOf(error)}\n`);
  process.exitCode = 1;
});
