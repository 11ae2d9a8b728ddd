import { Redis, type RedisOptions } from 'ioredis';
import { credentials } from './connection.ts';

const DEFAULT_PORT = 6379;

export type ChannelNode = {
  /** Host and port. */
  key: string;
  /** Makes a client; whether it connects at once is for the options to say. */
  open(options: RedisOptions): Redis;
};

/**
 * The nodes that a subscriber may connect to: any of a cluster, because it sends what is published to all of them. Those
 * that the cluster tells of itself come after those of the setting, which may all be gone one day.
 */
export class ChannelNodes {
  readonly isCluster: boolean;
  readonly #named: readonly ChannelNode[];
  readonly #first: string;
  #told: readonly ChannelNode[] = [];
  #last: string | undefined;

  /** @param url as for the link */
  constructor(url: string) {
    const urls = url.split(',').map((each) => each.trim());
    this.isCluster = urls.length > 1;
    this.#first = urls[0] ?? '';
    this.#named = urls.map(named);
  }

  /** The one to be tried next: another than the last, if there is another. The first is any, for replicas to spread. */
  next(): ChannelNode {
    const nodes = [...this.#named, ...this.#told];
    const last = nodes.findIndex(({ key }) => key === this.#last);
    const index = this.#last === undefined ? Math.floor(Math.random() * this.#named.length) : last + 1;
    const node = this.#otherFrom(nodes, index);
    this.#last = node.key;
    return node;
  }

  /** @param slots what a node of the cluster replied to CLUSTER SLOTS */
  learn(slots: unknown): void {
    const known = new Set(this.#named.map(({ key }) => key));
    const told = addressesOf(slots).filter(({ host, port }) => !known.has(keyOf(host, port)));
    this.#told = [...new Map(told.map(({ host, port }) => [keyOf(host, port), this.#unnamed(host, port)])).values()];
  }

  /** One node may stand in the setting several times. */
  #otherFrom(nodes: readonly ChannelNode[], index: number): ChannelNode {
    const inTurn = [...nodes.slice(index), ...nodes.slice(0, index)];
    const node = inTurn.find(({ key }) => key !== this.#last) ?? inTurn[0];
    if (!node) throw new RangeError('A channel needs the URL of a Redis.');
    return node;
  }

  #unnamed(host: string, port: number): ChannelNode {
    const where = { host, port, ...credentials(this.#first) };
    return { key: keyOf(host, port), open: (options) => new Redis({ ...where, ...options }) };
  }
}

function named(url: string): ChannelNode {
  const { hostname, port } = new URL(url);
  const key = keyOf(hostname, port === '' ? DEFAULT_PORT : Number(port));
  return { key, open: (options) => new Redis(url, options) };
}

const keyOf = (host: string, port: number): string => `${host}:${port}`;

type Address = { host: string; port: number };

/** Whoever the reply comes from: a shape that is not known tells of no node. */
function addressesOf(slots: unknown): Address[] {
  if (!Array.isArray(slots)) return [];
  return slots.flatMap((range: unknown) => (Array.isArray(range) ? range.slice(2) : [])).flatMap(toAddress);
}

function toAddress(node: unknown): Address[] {
  const [host, port] = Array.isArray(node) ? (node as unknown[]) : [];
  // Empty or `?` when the node does not know its own name.
  const isKnown = typeof host === 'string' && host !== '' && host !== '?' && typeof port === 'number';
  return isKnown ? [{ host, port }] : [];
}
