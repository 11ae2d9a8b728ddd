// A whole gateway as a process of its own, which tests kill. Its settings are those of `npm start`; the policy comes as
// JSON in UPSTREAM_POLICY. A message {aheadMs} from its parent moves its clock on.
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';

let aheadMs = 0;
process.on('message', (message: { aheadMs: number }) => {
  aheadMs += message.aheadMs;
});
// Its parent may be gone without a word.
process.on('disconnect', () => process.exit(1));

const { url } = await startGateway({
  config: readConfig(process.env),
  upstreamPolicy: JSON.parse(process.env.UPSTREAM_POLICY ?? '{}'),
  now: () => Date.now() + aheadMs,
});
process.send?.({ url });
