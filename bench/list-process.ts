import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process that says something when it has started, and then answers one message after another. */
export type Helper<Request, Answer> = {
  started: unknown;
  ask(request: Request): Promise<Answer>;
  /** Puts all of its threads on one core. @throws Error where there is no taskset (Linux has it) */
  pin(core: number): void;
  stop(): void;
};

/**
 * Starts a module beside this one. Its messages are `{result}` or `{error}`.
 * @param args those that begin with `--` are for Node
 */
export async function startHelper<Request extends object, Answer>(
  module: string,
  ...args: string[]
): Promise<Helper<Request, Answer>> {
  const flags = args.filter((arg) => arg.startsWith('--'));
  const rest = args.filter((arg) => !arg.startsWith('--'));
  const child = fork(new URL(module, import.meta.url), rest, { execArgv: flags });
  return {
    started: await answerOf(child),
    async ask(request) {
      child.send(request);
      return (await answerOf(child)) as Answer;
    },
    pin: (core) => {
      execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(child.pid)], {
        stdio: 'pipe',
      });
    },
    stop: () => child.disconnect(),
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  const end = once(child, 'exit', { signal: gone.signal }).then(([code]) => ({ error: `it ended with ${code}` }));
  end.catch(() => {});
  const [message] = await Promise.race([once(child, 'message'), end.then((message) => [message])]);
  gone.abort();
  const { result, error } = message as { result?: unknown; error?: string };
  if (error !== undefined) throw new Error(`a helper of the benchmark failed: ${error}`);
  return result;
}
