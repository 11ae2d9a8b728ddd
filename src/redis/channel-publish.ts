import { type Cluster, Command } from 'ioredis';
import { RedisAway, type RedisClient, type RedisLink } from './link.ts';
import { troubleOf } from './trouble.ts';

/**
 * Publishes, in a cluster always over the node that the name belongs to: over several, what is published later could come
 * earlier.
 * @param belongsTo the name that says which node
 */
export async function publishOn(client: RedisClient, channel: string, text: string, belongsTo: string): Promise<void> {
  await (client.isCluster ? ownerOf(belongsTo, client as Cluster) : client).publish(channel, text);
}

function ownerOf(name: string, cluster: Cluster): RedisClient {
  const slot = new Command('get', [name]).getSlot();
  const key = cluster.slots[slot]?.[0];
  const owner = cluster.nodes('master').find(({ options }) => `${options.host}:${options.port}` === key);
  // The error of a cluster that is not there yet.
  if (!owner) throw new Error('CLUSTERDOWN Hash slot not served');
  return owner;
}

/**
 * Publishes over the link.
 * @throws RedisAway
 */
export async function publishOver(link: RedisLink, channel: string, text: string): Promise<void> {
  let refusal: string | undefined;
  try {
    // Patient: it is not told to anybody else, and being late twice would take Redis from those who only read.
    await link.run(async (client) => {
      refusal = await publishOn(client, channel, text, channel).then(() => undefined, permissionMissing);
    }, true);
  } catch (error) {
    if (error instanceof RedisAway) throw error;
    // Without a cause: it would hold the command.
    refusal = 'refused';
  }
  if (refusal !== undefined) throw new RedisAway(`Redis could not do it: ${refusal}.`);
}

/** Who may not publish may still read and write: that must not count as Redis being away. */
function permissionMissing(error: unknown): string {
  const reason = troubleOf(error)?.reason;
  if (reason !== 'NOPERM') throw error;
  return reason;
}
