import { ConfigError, loadEnvironment, readConfig } from './config.ts';
import { startGateway } from './gateway.ts';
import { banner } from './start/banner.ts';
import { withSandbox } from './start/sandboxed.ts';

/** Starts, stops on a signal, and turns what cannot work into one message and exit code 1. */
async function main(): Promise<void> {
  const config = readConfig(loadEnvironment());
  const sandboxed = await withSandbox(config);
  const server = await startGateway({ config: sandboxed.config, exampleQuery: sandboxed.exampleQuery });
  process.stdout.write(banner(server.url, sandboxed));
  let stopping = false;
  const stop = async () => {
    // A second signal is from someone who will not wait.
    if (stopping) process.exit(1);
    stopping = true;
    await server.stop();
    await sandboxed.stop();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError
      ? `The settings cannot be used:\n${error.message}`
      : String(error instanceof Error ? error.message : error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
