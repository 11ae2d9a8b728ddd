// What becomes of tokens when the issuer's endpoint fails, with jose's own JWKS and with ours. In the project's folder:
//   node docs/adr/measurements/issuer-keys.mjs
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { RemoteKeys } from '../../../src/auth/remote-keys.ts';

const print = (...words) => process.stdout.write(`${words.join(' ')}\n`);

const MAX_AGE_MS = 50;
const TOKENS = 20;

const { publicKey, privateKey } = await generateKeyPair('ES256');
const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }];
const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);

const issuer = { isUp: true, asked: 0 };
const server = createServer((_, response) => {
  issuer.asked += 1;
  response.statusCode = issuer.isUp ? 200 : 500;
  response.end(JSON.stringify({ keys }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}/`;

const log = { warn() {} };
const WAYS = [
  ['jose', createRemoteJWKSet(new URL(url), { cacheMaxAge: MAX_AGE_MS })],
  [
    'ours',
    new RemoteKeys({
      url,
      log,
      timing: {
        timeoutMs: 3000,
        refreshAfterMs: MAX_AGE_MS,
        maxAgeMs: MAX_AGE_MS,
        cooldownMs: 30_000,
        failureCooldownMs: 5000,
      },
    }).find,
  ],
];

for (const [name, find] of WAYS) {
  issuer.isUp = true;
  await jwtVerify(token, find);
  issuer.isUp = false;
  issuer.asked = 0;
  await sleep(MAX_AGE_MS + 10);
  let taken = 0;
  for (let time = 0; time < TOKENS; time++) {
    taken += await jwtVerify(token, find).then(
      () => 1,
      () => 0,
    );
  }
  print(
    name,
    `with keys that are old and an endpoint that fails: ${taken} of ${TOKENS} tokens taken,`,
    `asked ${issuer.asked} times`,
  );
}
server.close();
