// CPU time of one GET over a kept connection, by HTTP client; the server is another process. In an empty folder:
//   npm install got14@npm:got@14.6.6 got16@npm:got@16.1.0 undici@8.12.4
//   node <the project>/docs/adr/measurements/http-clients.mjs
import { spawn } from 'node:child_process';
import http from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from '../../../bench/cpu.ts';

const SERVER = `
const body = JSON.stringify({ checkout_session: { checkout_session_id: 'fcs_1', padding: 'x'.repeat(2000) } });
const headers = { 'content-type': 'application/json', 'content-length': body.length };
const server = require('node:http').createServer((request, response) => response.writeHead(200, headers).end(body));
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
`;
const CALLS = 1500;
const IN_FLIGHT = 8;
const ROUNDS = 11;

const server = spawn(process.execPath, ['-e', SERVER]);
const url = await new Promise((resolve) => server.stdout.once('data', (port) => resolve(`http://127.0.0.1:${port}/`)));
const load = createRequire(join(process.cwd(), 'package.json'));
const { request } = load('undici');
const gotOf = async (name) => (await import(pathToFileURL(load.resolve(name)))).default;

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const byGot = (got) => {
  const client = got.extend({ agent: { http: agent }, retry: { limit: 0 }, throwHttpErrors: false });
  return async () => JSON.parse((await client(url)).body);
};
const byNode = () =>
  new Promise((resolve, reject) => {
    const call = http.get(url, { agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    call.on('error', reject);
  });
const clients = {
  'got 14': byGot(await gotOf('got14')),
  'got 16': byGot(await gotOf('got16')),
  'node:http': byNode,
  undici: async () => (await request(url)).body.json(),
};

async function cpuOf(call) {
  const before = process.cpuUsage();
  let left = CALLS;
  const worker = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

const samples = Object.fromEntries(Object.keys(clients).map((name) => [name, []]));
for (let round = -2; round < ROUNDS; round++) {
  for (const [name, call] of Object.entries(clients)) {
    const cost = await cpuOf(call);
    if (round >= 0) samples[name].push(cost);
  }
}
for (const [name, costs] of Object.entries(samples)) {
  process.stdout.write(`${name.padEnd(12)}${median(costs).toFixed(0).padStart(6)} µs a call\n`);
}
server.kill();
process.exit();
