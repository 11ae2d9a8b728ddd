// Plain JavaScript, and nothing that is new in it: it has to run on a Node that cannot run the gateway.
import { exit, stderr, versions } from 'node:process';

const OLDEST = 24;

if (Number.parseInt(versions.node, 10) < OLDEST) {
  stderr.write(
    `The gateway cannot start: expected Node ${OLDEST} or newer, got ${versions.node}. Run npm ci, without ` +
      '--ignore-scripts: it brings Node into node_modules/.bin. Or put one of your own on the PATH.\n',
  );
  exit(1);
}
