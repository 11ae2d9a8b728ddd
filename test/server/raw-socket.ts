import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export type RawSocket = {
  write(text: string): void;
  /** Ends the connection as a client does that crashes. */
  reset(): void;
  /** Everything the server sent, once it has closed the connection. */
  closed: Promise<string>;
  /** Resolves when the server has sent this text. */
  received(text: string): Promise<string>;
};

/** A connection that sends exactly what a test writes. */
export async function openSocket(port: number): Promise<RawSocket> {
  const socket: Socket = connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  onTestFinished(() => {
    socket.destroy();
  });
  let text = '';
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(text));
  });
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  return {
    write: (data) => socket.write(data),
    reset: () => socket.resetAndDestroy(),
    closed,
    received: (part) =>
      new Promise((resolve) => {
        const look = () => text.includes(part) && resolve(text);
        socket.on('data', look);
        look();
      }),
  };
}

/** A request over such a connection that asks for the connection to end. */
export async function exchange(port: number, request: string): Promise<string> {
  const socket = await openSocket(port);
  socket.write(request);
  return socket.closed;
}
