import { baseUrlOf } from './accounts.ts';
import type { ProviderName } from './checkout/provider-name.ts';
import type { Config } from './config.ts';

/** Keys, and the addresses they are sent to, may stand in no line of the log. */
export function secretsOf(config: Config): string[] {
  const addresses = Object.entries(config.providers).flatMap(([name, settings]) => {
    const baseUrl = baseUrlOf(name as ProviderName, settings);
    return [baseUrl, new URL(baseUrl).host];
  });
  return [...config.secrets, ...addresses];
}
