import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Tells whether anything of a request can have reached the other side: false while its connection is being made, with
 * TLS until the other side has shown who it is; true from then on, and at once on a connection that was kept.
 */
export function watchConnection(request: ClientRequest, onWire: (canHaveLeft: boolean) => void): void {
  const look = (socket: Socket) => {
    if (request.reusedSocket || !socket.connecting) return onWire(true);
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => onWire(true));
  };
  onWire(false);
  if (request.socket) look(request.socket);
  else request.once('socket', look);
}
