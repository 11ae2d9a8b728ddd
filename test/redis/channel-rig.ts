import { createRedisChannel, type RedisChannel } from '../../src/redis/channel.ts';
import { createRedisLink } from '../../src/redis/create-link.ts';
import type { RedisLink } from '../../src/redis/link.ts';
import type { Log } from '../../src/telemetry/log.ts';
import { recordLog } from '../helpers/log.ts';

export const NAME = 'test:live:1';

type OnTestFinished = (work: () => Promise<void>) => void;

export type ChannelRig = {
  channel: RedisChannel;
  link: RedisLink;
  /** The texts that came, and `GAP` for each gap, oldest first. */
  heard: string[];
  log: Log;
  lines: string[];
  /** What the log tells of the channel, oldest first: `away: <reason>`, `back`, or another text. */
  changes(): string[];
};

/** A channel as one process has it. */
export async function openChannel(url: string, onTestFinished: OnTestFinished, name = NAME): Promise<ChannelRig> {
  const { log, lines } = recordLog();
  const link = await createRedisLink({ url, log });
  onTestFinished(() => link.close());
  const channel = await createRedisChannel({ url, name, log, link });
  onTestFinished(async () => channel.close());
  const heard: string[] = [];
  channel.listen({ message: (text) => heard.push(text), gap: () => heard.push('GAP') });
  const ofChannel = (line: string) => !/"redis (is|answers|may)/.test(line);
  return { channel, link, heard, log, lines, changes: () => lines.filter(ofChannel).map((line) => toChange(line)) };
}

function toChange(line: string): string {
  const { msg, reason } = JSON.parse(line) as { msg: string; reason?: string };
  if (msg === 'redis channel is back') return 'back';
  return msg === `redis channel is away: ${reason}: what other replicas tell does not come` ? `away: ${reason}` : msg;
}
