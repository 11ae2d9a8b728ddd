import fc from 'fast-check';

/** Any bytes, a character each. */
const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((values) => Buffer.from(values).toString('latin1'));

const method = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH') },
  fc.constantFrom('TRACE', 'CONNECT', 'PRI', 'get', 'G T', '', 'QUERY', 'M-SEARCH', 'X'.repeat(3000)),
  bytes(8),
);

const PATHS = ['/', '/graphql', '/graphql/stream', '/graphiql', '/healthz', '/readyz', '/metrics', '/webhooks/flex'];

const target = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PATHS) },
  fc.constantFrom(
    '*',
    '//',
    '/..',
    '/graphql?query={',
    '/graphql?query={hello}&query={hello}',
    '/graphql?query=%ff%fe',
    '/graphql?variables=%7B%7D',
    '/graphql/stream?token=x',
    '/<script>alert(1)</script>',
    '/__proto__',
    'http://other.example/graphql',
    'graphql',
    `/${'x'.repeat(20_000)}`,
  ),
  bytes(30),
);

const version = fc.oneof(
  { weight: 8, arbitrary: fc.constant('HTTP/1.1') },
  fc.constantFrom('HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', 'HTTP/1.1 ', '', 'ICY'),
);

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'Content-Length': ['0', '5', '-1', '1e3', '99999999999999999999', '5, 5', '300000', '+4', ' '],
  'Transfer-Encoding': ['chunked', 'gzip, chunked', 'identity', 'chunked, chunked', 'xchunked'],
  'Content-Type': ['application/json', 'text/plain', 'application/json; charset=utf-16', 'multipart/form-data', '<b>'],
  'Content-Encoding': ['gzip', 'identity', 'br'],
  Accept: ['*/*', 'text/html', 'application/json', 'image/png', 'text/event-stream', '<b>', ''],
  Connection: ['close', 'keep-alive', 'Upgrade', 'x, y'],
  Upgrade: ['websocket', 'h2c', 'WebSocket, h2c'],
  'Sec-WebSocket-Key': ['dGhlIHNhbXBsZSBub25jZQ==', 'x'],
  'Sec-WebSocket-Version': ['13', '7'],
  'Sec-WebSocket-Protocol': ['graphql-transport-ws', 'graphql-ws', ',,'],
  Expect: ['100-continue', 'pay'],
  Origin: ['null', 'https://evil.example', '<b>'],
  Host: ['x', 'y', '', 'a b'],
  'X-Request-Id': ['mine', '<script>', 'x'.repeat(500)],
  'X-Graphql-Event-Stream-Token': ['x', ''],
  'If-None-Match': ['*', '"x"'],
  Authorization: ['Bearer x', 'Basic :', ''],
};

const knownHeader = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((name) => fc.constantFrom(...(VALUES[name] ?? [])).map((value) => `${name}: ${value}`));

const header = fc.oneof(
  { weight: 8, arbitrary: knownHeader },
  fc.constantFrom(' folded', ': none', 'No-Colon', 'Na me: x', 'X: \0', 'X:\ry', `X-Big: ${'x'.repeat(17_000)}`),
  bytes(40),
);

const body = fc.oneof(
  fc.constantFrom(
    '',
    '{}',
    '{"query":"{ hello }"}',
    '{"query":"{ bug }"}',
    '{"query":"{',
    '[]',
    'null',
    '5\r\nhello\r\n0\r\n\r\n',
  ),
  fc.constantFrom('ffffffffff\r\n', 'zz\r\n', '0\r\nX: y\r\n\r\n', '-1\r\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  fc.json(),
  bytes(200),
);

/** What looks like a request, and may be one. */
const request = fc
  .record({ method, target, version, host: fc.boolean(), headers: fc.array(header, { maxLength: 6 }), body })
  .map((parts) => {
    const lines = [...(parts.host ? ['Host: x'] : []), ...parts.headers];
    const first = `${parts.method} ${parts.target} ${parts.version}`;
    return `${[first, ...lines].join('\r\n')}\r\n\r\n${parts.body}`;
  });

/** All that a client can send, as it is written to the socket. */
export const sent: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: request },
  // Cut off, and two of them on one connection.
  { weight: 2, arbitrary: fc.tuple(request, fc.nat(120)).map(([text, length]) => text.slice(0, length)) },
  { weight: 2, arbitrary: fc.tuple(request, request).map((both) => both.join('')) },
  bytes(100),
);

const POST = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

/** One for each way to be refused, whatever chance brings. */
export const KNOWN: string[] = [
  'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
  'HELLO\r\n\r\n',
  'GET /nope HTTP/1.1\r\nHost: x\r\n\r\n',
  'CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /graphql?query={hello} HTTP/1.1\r\nHost: x\r\nAccept: image/png\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nX-Slow:',
  `${POST}Content-Length: 40\r\n\r\n{`,
  `${POST}Content-Length: 1000000000\r\n\r\n`,
  'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx',
  `GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
];
