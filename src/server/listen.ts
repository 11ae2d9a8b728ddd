import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';

/** Starts listening. @throws Error with a sentence for who started the gateway */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => reject(new Error(listenSentence(error.code, host, port)));
    server.once('error', refused);
    server.listen({ host, port }, () => {
      server.off('error', refused);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

function listenSentence(code: string | undefined, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `PORT: ${port} on ${host} is already in use; stop what listens there or choose another port.`;
    case 'EACCES':
    case 'EPERM':
      return `PORT: listening on ${port} is not permitted to this user; choose a port above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST: expected an address of this machine, got ${host}.`;
    default:
      return `HOST, PORT: cannot listen on ${host} port ${port} (${code}).`;
  }
}

/** Addresses that mean "every interface" cannot be opened. */
const EVERY_INTERFACE: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

export function localUrl(host: string, port: number): string {
  if (EVERY_INTERFACE.has(host)) return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Rounds of the event loop without a new connection after which none waits to be accepted; the loop takes one in each. */
const QUIET_ROUNDS = 3;

/** Milliseconds. Who goes on connecting does not hold up a stop. */
const DOOR_MS = 1000;

/** Resolves when no connection waits to be accepted: those that do would be reset, with the requests they have sent. */
export async function doorIsEmpty(server: Server): Promise<void> {
  const end = performance.now() + DOOR_MS;
  let quiet = 0;
  const arrived = () => {
    quiet = 0;
  };
  server.on('connection', arrived);
  while (quiet < QUIET_ROUNDS && performance.now() < end) {
    quiet += 1;
    await nextRound();
  }
  server.off('connection', arrived);
}

/** Connections that have not sent a byte yet, as browsers open them in advance; Node does not count them as idle. */
const isSilent = (socket: Socket): boolean => socket.bytesRead === 0;

/** Makes what stops a server: accepts no more, waits for the requests under way, after `graceMs` cuts off the rest. */
export function drainOf(server: Server): (graceMs: number) => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return (graceMs) =>
    new Promise((resolve) => {
      // Not closeAllConnections: the server has forgotten those that became WebSockets, and still waits for their end.
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      for (const socket of sockets) if (isSilent(socket)) socket.destroy();
    });
}
