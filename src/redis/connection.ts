import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { RedisClient, RedisScript } from './link.ts';
import { reasonOf } from './trouble.ts';

/**
 * The net below our own time limit, for what goes over the connection without one: how a connection begins. It is far
 * above the limit because ioredis gives up by the clock, which is wrong when our own event loop was busy.
 */
const NET_MS = 1000;

type ConnectionOptions = {
  url: string;
  scripts: Record<string, RedisScript>;
  /** Hears of a connection that is gone, to any node that commands go to. */
  onLost(): void;
};

/** Of ioredis' client, what has to be known beside it. */
export type Connection = {
  client: RedisClient;
  /** Why there is none, as far as that is known. */
  reason(): string;
  /** Gives it up without waiting for anything. */
  drop(): void;
};

/** Opens a connection that never queues, and reconnects by itself for ever. */
export function connect({ url, scripts, onLost }: ConnectionOptions): Connection {
  const urls = url.split(',').map((each) => each.trim());
  const [first = ''] = urls;
  const client = urls.length > 1 ? openCluster(urls, scripts) : openOne(first, scripts);
  let last: unknown;
  let wasReady = false;
  let isDropped = false;
  const note = (error: unknown) => {
    last = error;
  };
  const lost = () => {
    if (!isDropped) onLost();
  };
  client.on('error', note);
  client.on('ready', () => {
    wasReady = true;
    note(undefined);
  });
  client.on('close', lost);
  client.on('node error', (error: unknown) => {
    // One node's trouble is no reason for anything once the cluster is there.
    if (client.status !== 'ready') note(error);
  });
  client.on('-node', (node: Redis) => {
    if (client.isCluster && isMaster(client as Cluster, node)) lost();
  });
  return {
    client,
    reason: () => (last === undefined ? (wasReady ? 'connection closed' : 'no answer') : reasonOf(last)),
    drop: () => {
      isDropped = true;
      client.disconnect();
    },
  };
}

/** Whether a node that is gone still has slots; one that gave them away is let go by ioredis itself. */
function isMaster(cluster: Cluster, { options }: Redis): boolean {
  const key = `${options.host}:${options.port}`;
  return cluster.slots.some((nodes) => nodes[0] === key);
}

/** Milliseconds before the next attempt: from 50 to 1000, and not the same for all gateways. */
function retryDelay(attempt: number): number {
  const delay = Math.min(1000, 50 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(delay * (0.5 + Math.random() / 2));
}

/** How every connection behaves, whatever it is for. */
export const COMMON: RedisOptions = {
  connectionName: 'checkout-gateway',
  disableClientInfo: true,
  connectTimeout: 1000,
  // After it the socket is destroyed: one whose peer hangs would be waited for otherwise.
  disconnectTimeout: 100,
  commandTimeout: NET_MS,
  keepAlive: 10_000,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // ioredis would wait as long as Redis thinks that loading takes.
  maxLoadingRetryTime: 500,
  // The address may lead to another Redis by now; the command is not sent again.
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
};

function openOne(url: string, scripts: Record<string, RedisScript>): Redis {
  return new Redis(url, {
    ...COMMON,
    scripts,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    retryStrategy: retryDelay,
  });
}

function openCluster(urls: string[], scripts: Record<string, RedisScript>): Cluster {
  const options: ClusterOptions = {
    scripts,
    // Not among `redisOptions`: ASKING must go out right before the command that it is for.
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    // A probe of every master tells more.
    enableReadyCheck: false,
    clusterRetryStrategy: retryDelay,
    // Only when something shows that they have changed: the timer for more would survive a client that is dropped.
    slotsRefreshTimeout: 300,
    maxRedirections: 4,
    retryDelayOnMoved: 0,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    retryDelayOnTryAgain: 5,
    // Names stay names: certificates are made out to them, and each attempt resolves them anew.
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions: { ...COMMON, ...credentials(urls[0] ?? '') },
  };
  return new Cluster(urls, options);
}

/** For nodes that no URL names; ioredis has the address alone from the cluster. */
export function credentials(url: string): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  const { protocol, username, password } = new URL(url);
  return {
    ...(password !== '' && { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}
