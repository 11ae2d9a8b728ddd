import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, startRedis } from './redis.ts';

const SLOTS = 16_384;
/** Milliseconds after which a node counts as failed by the others. */
const NODE_TIMEOUT_MS = 1000;
const READY_WITHIN_MS = 20_000;

export type RedisCluster = {
  /** Of all nodes, separated by commas. */
  urls: string;
  /** The masters, each with an equal share of the slots in order; then their replicas, in the same order. */
  nodes: readonly RedisServer[];
  /** Moves a slot and what is in it from one master to another, while it is in use. */
  migrateSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void>;
  killMaster(index: number): Promise<void>;
  stop(): Promise<void>;
};

/** A real Redis Cluster on loopback. */
export async function startRedisCluster({
  masters,
  replicas = 0,
}: {
  masters: number;
  /** Of each master. */
  replicas?: 0 | 1;
}): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: masters * (1 + replicas) }, startNode));
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    await joinNodes(nodes, masters);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urls: nodes.map((node) => node.url).join(','),
    nodes,
    migrateSlot: (slot, from, to) => migrateSlot(slot, { from, to, masters: nodes.slice(0, masters) }),
    killMaster: async (index) => nodes[index]?.kill(),
    stop,
  };
}

const startNode = (): Promise<RedisServer> =>
  startRedis({
    args: [
      ...['--cluster-enabled', 'yes', '--cluster-node-timeout', `${NODE_TIMEOUT_MS}`],
      // A replica is listed once it has heard from its master, by default every ten seconds.
      ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
    ],
  });

const idOf = async ({ client }: RedisServer): Promise<string> => String(await client.cluster('MYID'));

async function joinNodes(nodes: readonly RedisServer[], masters: number): Promise<void> {
  const share = SLOTS / masters;
  await Promise.all(
    nodes.map(async ({ client }, index) => {
      // Nodes that have all the same epoch settle first who may keep it.
      await client.cluster('SET-CONFIG-EPOCH', index + 1);
      const first = Math.floor(index * share);
      if (index < masters) await client.call('CLUSTER', 'ADDSLOTSRANGE', first, Math.floor((index + 1) * share) - 1);
    }),
  );
  // Each meets each: by hearsay it would take seconds.
  const pairs = nodes.flatMap((node) => nodes.filter((other) => other !== node).map((other) => [node, other] as const));
  await Promise.all(pairs.map(([{ client }, { port }]) => client.cluster('MEET', '127.0.0.1', port)));
  await until(
    nodes,
    async ({ client }) => fieldOf(await client.cluster('INFO'), 'cluster_known_nodes') === `${nodes.length}`,
  );
  const slaves = nodes.slice(masters);
  for (const [index, slave] of slaves.entries()) {
    const master = nodes[index];
    if (master) await retried(async () => slave.client.cluster('REPLICATE', await idOf(master)));
  }
  await until(nodes, async ({ client }) => fieldOf(await client.cluster('INFO'), 'cluster_state') === 'ok');
  await until(slaves, async ({ client }) => fieldOf(await client.info('replication'), 'master_link_status') === 'up');
  await until(nodes, async ({ client }) => (await replicasKnown(client)) === slaves.length);
}

async function replicasKnown(client: RedisServer['client']): Promise<number> {
  const slots = (await client.cluster('SLOTS')) as unknown[][];
  return slots.reduce((sum, [, , , ...replicas]) => sum + replicas.length, 0);
}

async function migrateSlot(
  slot: number,
  { from, to, masters }: { from: RedisServer; to: RedisServer; masters: readonly RedisServer[] },
): Promise<void> {
  const [fromId, toId] = await Promise.all([idOf(from), idOf(to)]);
  await to.client.cluster('SETSLOT', slot, 'IMPORTING', fromId);
  await from.client.cluster('SETSLOT', slot, 'MIGRATING', toId);
  for (;;) {
    const keys = (await from.client.cluster('GETKEYSINSLOT', slot, 10)) as string[];
    if (keys.length === 0) break;
    await from.client.migrate('127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
  }
  // The new owner first, so that the slot is never without one.
  for (const { client } of [to, from, ...masters.filter((node) => node !== from && node !== to)]) {
    await client.cluster('SETSLOT', slot, 'NODE', toId);
  }
}

const fieldOf = (info: unknown, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(String(info))?.[1];

async function until(nodes: readonly RedisServer[], holds: (node: RedisServer) => Promise<boolean>): Promise<void> {
  await Promise.all(
    nodes.map((node) =>
      retried(async () => {
        if (!(await holds(node))) throw new Error('The nodes of the cluster do not agree yet.');
      }),
    ),
  );
}

/** Until it goes well: nodes hear of each other in their own time. */
async function retried(work: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(50);
    }
  }
}
