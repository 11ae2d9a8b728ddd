import { isLoopback } from './checkout/url.ts';
import type { Config } from './config.ts';
import type { Log } from './telemetry/log.ts';

/** Not refused: there may be a proxy beside the gateway that goes on by TLS. Names the settings only, an address is secret. */
export function warnOfClearText({ production, providers }: Config, log: Log): void {
  const settings = Object.entries(providers)
    .filter(([, { baseUrl }]) => baseUrl !== undefined && isInTheClear(new URL(baseUrl)))
    .map(([provider]) => `${provider}_BASE_URL`);
  if (production && settings.length > 0) {
    log.warn(
      { settings },
      'the keys of these providers go out in the clear: expected https:// for what is not on this machine',
    );
  }
}

const isInTheClear = ({ protocol, hostname }: URL): boolean => protocol === 'http:' && !isLoopback(hostname);
