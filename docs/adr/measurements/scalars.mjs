// graphql-scalars beside our own scalars, and what JSON.parse does to metadata. In the project's folder:
//   node docs/adr/measurements/scalars.mjs
import { GraphQLDateTime, GraphQLURL } from 'graphql-scalars';
import { cpuMicroseconds } from '../../../bench/cpu.ts';
import { scalars } from '../../../resolvers/scalars.ts';

const print = (...words) => process.stdout.write(`${words.join('  ')}\n`);
const attempt = (work) => {
  try {
    return String(work());
  } catch (error) {
    return `refused: ${error.message}`;
  }
};

const ADDRESSES = [
  'https://shop.example/thanks/{CHECKOUT_SESSION_ID}',
  'https://shop.example/thanks?session={CHECKOUT_SESSION_ID}',
  'https://Shop.example:443',
  'ftp://x/',
];
for (const address of ADDRESSES) {
  print(address);
  for (const [name, scalar] of [
    ['graphql-scalars', GraphQLURL],
    ['ours', scalars.URL],
  ]) {
    print(`  ${name.padEnd(16)} out ${attempt(() => scalar.serialize(address))}`);
    print(`  ${name.padEnd(16)} in  ${attempt(() => scalar.parseValue(address))}`);
  }
}

print(JSON.stringify(JSON.parse('{"z":1,"10":2,"2":3,"n":12345678901234567890,"d":1.10}')));

const COUNT = 50;
const moments = Array.from({ length: COUNT }, (_, index) => new Date(1.79e12 + index * 1e6).toISOString());
const urls = Array.from(
  { length: COUNT },
  (_, index) => `https://shop.example/thanks/${index}?id={CHECKOUT_SESSION_ID}`,
);
const tasks = [
  ['graphql-scalars DateTime to JSON', () => moments.map((text) => JSON.stringify(GraphQLDateTime.serialize(text)))],
  ['our DateTime to JSON', () => moments.map((text) => JSON.stringify(scalars.DateTime.serialize(text)))],
  ['graphql-scalars URL', () => urls.map((text) => GraphQLURL.serialize(text))],
  ['our URL', () => urls.map((text) => scalars.URL.serialize(text))],
].map(([name, run]) => ({ name, run }));
for (const [name, cost] of cpuMicroseconds(tasks, { rounds: 21, roundMs: 20 })) {
  print(name.padEnd(34), (cost / COUNT).toFixed(3), 'µs');
}
