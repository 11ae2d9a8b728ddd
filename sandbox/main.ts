import { type Sandbox, type SandboxOptions, startSandbox } from './index.ts';

const PORTS = { flexprice: 4010, meteroid: 4020, flex: 4030, control: 4001 };

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

function stopWith(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** A whole number from the environment; the only place where the sandbox reads it. */
function number(name: string, fallback: number, high: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= high) return value;
  return stopWith(`${name} must be a whole number from 0 to ${high}, not "${text}".`);
}

function readOptions(): SandboxOptions {
  const host = process.env.SANDBOX_HOST;
  return {
    live: true,
    seed: number('SANDBOX_SEED', 1, 2 ** 31 - 1),
    sessions: number('SANDBOX_SESSIONS', 300, 1_000_000),
    ...(host === undefined || host === '' ? {} : { host }),
    ports: {
      flexprice: number('SANDBOX_FLEXPRICE_PORT', PORTS.flexprice, 65_535),
      meteroid: number('SANDBOX_METEROID_PORT', PORTS.meteroid, 65_535),
      flex: number('SANDBOX_FLEX_PORT', PORTS.flex, 65_535),
      control: number('SANDBOX_CONTROL_PORT', PORTS.control, 65_535),
    },
  };
}

function introduce({ providers, examples, controlUrl }: Sandbox): void {
  const { flexprice, meteroid, flex } = providers;
  print(`Flexprice  ${flexprice.baseUrl}
  curl -H 'x-api-key: ${flexprice.apiKey}' ${flexprice.baseUrl}/checkout/sessions/${examples.flexprice}

Meteroid   ${meteroid.baseUrl}
  curl -H 'authorization: Bearer ${meteroid.apiKey}' ${meteroid.baseUrl}/api/v1/checkout-sessions/${examples.meteroid}

Flex       ${flex.baseUrl}
  curl -H 'authorization: Bearer ${flex.apiKey}' ${flex.baseUrl}/v1/checkout/sessions/${examples.flex}

Control    ${controlUrl}   (GET it to see all that it offers)
  curl ${controlUrl}/advance -d '{"seconds": 60}'
  curl ${controlUrl}/pay -d '{"provider": "flex", "id": "${examples.flex}"}'
  curl ${controlUrl}/fault -d '{"provider": "flex", "kind": "status", "status": 503, "times": 3}'
  curl ${controlUrl}/calls

The clock runs: customers pay, and Flexprice's sessions expire after 15 minutes. POST /reset begins anew. Ctrl-C stops.`);
}

function explain(error: unknown): never {
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE') {
    stopWith(`Port ${port} is in use. Stop what listens there, or set SANDBOX_<FLEXPRICE|METEROID|FLEX|CONTROL>_PORT.`);
  }
  return stopWith(`The sandbox could not start: ${error instanceof Error ? error.message : String(error)}`);
}

const sandbox = await startSandbox(readOptions()).catch(explain);
introduce(sandbox);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    sandbox.stop().then(() => process.exit(0));
  });
}
