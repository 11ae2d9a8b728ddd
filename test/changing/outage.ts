import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ProviderAddress } from '../helpers/gateway.ts';

export type Door = {
  address: ProviderAddress;
  /** Refuses connections from now on. */
  shut(): Promise<void>;
  /** On the same port as before. */
  open(): Promise<void>;
};

/** A port in front of a provider that can be shut, which makes connections to it be refused. */
export async function startDoor({ baseUrl, apiKey }: ProviderAddress): Promise<Door> {
  const target = new URL(baseUrl);
  const sockets = new Set<Socket>();
  const pass = (from: Socket) => {
    const to = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  };
  let server: Server | undefined;
  let port = 0;
  const open = async () => {
    const opened = createServer(pass);
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    server = opened;
    port = (opened.address() as AddressInfo).port;
  };
  await open();
  return {
    address: { apiKey, baseUrl: `http://127.0.0.1:${port}${target.pathname === '/' ? '' : target.pathname}` },
    open,
    async shut() {
      const closed = new Promise((resolve) => server?.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
