import type { LaunchOptions } from 'playwright-core';
import { CHROMIUM, findTool, missingSentence } from '../../scripts/require-tools.ts';

/** Nothing of Chromium's own may go out: tests count every request that leaves the machine. */
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** For `chromium.launch`, which gives each browser a fresh profile and removes it afterwards. */
export function chromiumLaunchOptions(args: readonly string[] = []): LaunchOptions {
  const executablePath = findTool(CHROMIUM);
  if (executablePath === undefined) throw new Error(missingSentence([CHROMIUM]));
  return { executablePath, args: [...ARGS, ...args] };
}
