import type { LaunchOptions } from 'playwright-core';
import { CHROMIUM, findTool, missingSentence } from '../../scripts/require-tools.ts';

/**
 * Tests run where there is no internet, and must not notice when there is: Chromium's own calls home are off as far as
 * it lets them be, and no name but this machine's resolves.
 */
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
] as const;

/** For `chromium.launch`, which gives each browser a fresh profile and removes it afterwards. */
export function chromiumLaunchOptions(args: readonly string[] = []): LaunchOptions {
  const executablePath = findTool(CHROMIUM);
  if (executablePath === undefined) throw new Error(missingSentence([CHROMIUM]));
  return { executablePath, args: [...ARGS, ...args] };
}
