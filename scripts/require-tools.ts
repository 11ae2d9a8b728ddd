import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env, getuid, stderr, stdout } from 'node:process';

/** A program that the tests start and that npm cannot bring. */
export type Tool = {
  name: string;
  /** Names that it goes by on a PATH, best first. */
  commands: readonly string[];
  /** Setting that names the program outright. */
  setting: string;
  /** The Debian package that holds it. */
  debianPackage: string;
};

export const CHROMIUM: Tool = {
  name: 'Chromium',
  commands: ['chromium', 'chromium-browser', 'google-chrome'],
  setting: 'CHROMIUM_PATH',
  debianPackage: 'chromium',
};

/**
 * The tests start servers of their own on free ports. In some containers Debian's package starts a service beside them;
 * nobody asks it anything.
 */
export const REDIS_SERVER: Tool = {
  name: 'Redis',
  commands: ['redis-server'],
  setting: 'REDIS_SERVER_PATH',
  debianPackage: 'redis-server',
};

/** What `npm test` needs; a test that starts another program adds it here. */
const TOOLS: readonly Tool[] = [CHROMIUM, REDIS_SERVER];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of a tool; undefined when it is nowhere to be found. A setting that names a wrong path is not looked past. */
export function findTool({ setting, commands }: Tool): string | undefined {
  const named = env[setting];
  if (named) return isExecutable(named) ? named : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(isExecutable);
}

/** One sentence that tells how to come by what is missing. */
export function missingSentence(tools: readonly Tool[]): string {
  const each = tools.map(({ name, commands, setting, debianPackage }) =>
    env[setting]
      ? `${name}, for which ${setting} names ${env[setting]}, which is no program`
      : `${name} (${commands.join(', ')} on the PATH, or ${setting}; Debian package ${debianPackage})`,
  );
  return `The tests need ${each.join(' and ')}: install it and run npm test again.`;
}

/** Installs Debian packages where that is allowed; whether it went well is for the next look on the PATH to tell. */
function install(packages: readonly string[]): void {
  stdout.write(`Installing ${packages.join(', ')} for the tests by apt-get; this takes a minute.\n`);
  const apt = (args: readonly string[]) =>
    spawnSync('apt-get', args, {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

const mayInstall = (): boolean => getuid?.() === 0 && isExecutable('/usr/bin/apt-get');

const isMissing = (tool: Tool): boolean => findTool(tool) === undefined;

/** @returns the exit code: 0 when everything is there. */
function requireTools(): number {
  const installable = TOOLS.filter((tool) => isMissing(tool) && !env[tool.setting]);
  if (installable.length > 0 && mayInstall()) install(installable.map((tool) => tool.debianPackage));
  const missing = TOOLS.filter(isMissing);
  if (missing.length > 0) {
    stderr.write(`${missingSentence(missing)}\n`);
    return 1;
  }
  stdout.write(`Test tools: ${TOOLS.map((tool) => `${tool.name} at ${findTool(tool)}`).join(', ')}\n`);
  return 0;
}

if (import.meta.main) process.exitCode = requireTools();
