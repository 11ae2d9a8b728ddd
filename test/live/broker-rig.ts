import type { Broker, BrokerListener, ChangeNotice } from '../../src/live/broker.ts';
import { createRedisBroker, LIVE_CHANNEL, type RedisBroker } from '../../src/live/redis-broker.ts';
import { type ChannelRig, openChannel } from '../redis/channel-rig.ts';

type OnTestFinished = (work: () => Promise<void>) => void;

export const ACCOUNTS = { FLEX: 'flex account', METEROID: 'meteroid account' };

export const notice = (providerId: string, over: Partial<ChangeNotice> = {}): ChangeNotice => ({
  provider: 'FLEX',
  providerId,
  previousStatus: 'OPEN',
  trigger: 'WEBHOOK',
  at: 1_788_000_000_000,
  ...over,
});

export type Heard = { notices: ChangeNotice[]; ids(): string[]; gaps: number; end(): void };

export function hear(broker: Broker): Heard {
  const notices: ChangeNotice[] = [];
  const listener: BrokerListener = { notice: (each) => void notices.push(each), gap: () => void heard.gaps++ };
  const heard: Heard = {
    notices,
    ids: () => notices.map(({ providerId }) => providerId),
    gaps: 0,
    end: broker.listen(listener),
  };
  return heard;
}

export type BrokerRig = Pick<ChannelRig, 'channel' | 'link' | 'lines'> & {
  broker: RedisBroker;
  heard: Heard;
  /** What the broker itself says. */
  said(): string[];
};

/** A broker as one process has it. */
export async function openBroker(
  url: string,
  onTestFinished: OnTestFinished,
  accounts: Partial<typeof ACCOUNTS> = ACCOUNTS,
): Promise<BrokerRig> {
  const { channel, link, lines, log } = await openChannel(url, onTestFinished, LIVE_CHANNEL);
  const broker = createRedisBroker({ channel, accounts, log });
  onTestFinished(() => broker.close());
  const texts = () => lines.map((line) => String(JSON.parse(line).msg));
  return {
    channel,
    link,
    lines,
    broker,
    heard: hear(broker),
    said: () => texts().filter((text) => !/^redis /.test(text)),
  };
}
