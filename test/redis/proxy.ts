import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type SlowWay = {
  url: string;
  /** Milliseconds that each piece of an answer is held back. */
  delayMs: number;
  /** What came of commands, a piece for each time that something was read, oldest first. */
  pieces: string[];
  stop(): Promise<void>;
};

/** A way to a server on loopback that can be slow. */
export async function startProxy(port: number): Promise<SlowWay> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket.setNoDelay());
      socket.on('error', () => undefined).on('close', () => other.destroy());
    }
    near.on('data', (piece) => {
      proxy.pieces.push(piece.toString());
      far.write(piece);
    });
    far.on('data', (piece) => {
      if (proxy.delayMs === 0) near.write(piece);
      else setTimeout(() => near.write(piece), proxy.delayMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: SlowWay = {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayMs: 0,
    pieces: [],
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
