import { connect } from 'node:net';

export type RawAnswer = { status: number; headers: Record<string, string>; body: string };

/** Milliseconds. */
const TICK_MS = 40;
/** Ticks after which nothing more is expected to come: since the last bytes, and when there were none. */
const QUIET = 3;
const PATIENCE = 75;

/** All that a server sends to who sent this: until the connection ends, or nothing more comes. */
export function answerTo(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    let ticks = 0;
    // Not by the clock: where the machine stands still, what has come in the meantime would be overlooked.
    const timer = setInterval(() => {
      ticks += 1;
      if (ticks > (received === '' ? PATIENCE : QUIET)) socket.destroy();
    }, TICK_MS);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      ticks = 0;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(received);
    });
  });
}

/** The answers in what a server sent on one connection. @throws Error for what is no answer */
export function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const head = /^HTTP\/1\.1 (\d{3}) [A-Za-z' -]+(?:\r\n|$)/.exec(rest.slice(0, end));
    if (end === -1 || !head) throw new Error(`This is no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const status = Number(head[1]);
    const headers = headersIn(rest.slice(head[0].length, end));
    rest = rest.slice(end + 4);
    // "Go on": the answer itself is still to come.
    if (status === 100) continue;
    // A stream, or a WebSocket: what follows is no answer.
    const length =
      status === 101 || headers['transfer-encoding'] ? rest.length : Number(headers['content-length'] ?? 0);
    // To HEAD there is a length without a body.
    const body = rest.startsWith('HTTP/1.1 ') ? '' : rest.slice(0, length);
    rest = rest.slice(body.length);
    answers.push({ status, headers, body });
  }
  return answers;
}

function headersIn(head: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of head.split('\r\n').filter((each) => each !== '')) {
    const [, name = '', value = ''] = /^([\w-]+): ?(.*)$/.exec(line) ?? [];
    if (name === '') throw new Error(`This is no header: ${JSON.stringify(line)}`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
