// Milliseconds from request to answer of one session that is read over and over: `node kept-read.mjs <url of a gateway>`.
// The session is the sandbox's Flex example.
import http from 'node:http';

const [, , url = 'http://127.0.0.1:4000'] = process.argv;
const WARM_UP = 2000;
const READS = 5000;
const query =
  '{ checkoutSessionByProviderId(provider: FLEX, providerId: "fcs_01KDVDHMT0MRYVPK248NJ4SZ2Y") { id status } }';
const body = JSON.stringify({ query });
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** Reads the session once; rejects when it does not come. */
function read() {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/graphql`, { agent, method: 'POST', headers }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      if (text.includes('"status":')) resolve();
      else reject(new Error(text));
    });
    request.on('error', reject);
    request.end(body);
  });
}

for (let count = 0; count < WARM_UP; count++) await read();
const times = [];
for (let count = 0; count < READS; count++) {
  const begun = performance.now();
  await read();
  times.push(performance.now() - begun);
}
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor(READS * share)]?.toFixed(2);
process.stdout.write(`median ${at(0.5)} ms, p99 ${at(0.99)} ms\n`);
agent.destroy();
