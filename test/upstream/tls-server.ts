import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Way } from './misbehaving-server.ts';

// Made for these tests, for localhost, by nobody: it opens nothing.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvZikDNaU/V+Vroak
+h3OpvRGhYouxcWflTJ1aXMJteShRANCAATQeJyEhUeRSPYndqpyyeFVx+erq+8n
1GdFVg/Q32tmuDP5hXo8s2xZ1tOR9q0Yu9lIATrNWtNczs9+4Ty1m9FS
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUe7Quv88yM9mNoN4fQKIzXMccpeUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE0MzEyNFoYDzIxMjYxMDI4
MTQzMTI0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATQeJyEhUeRSPYndqpyyeFVx+erq+8n1GdFVg/Q32tmuDP5hXo8s2xZ
1tOR9q0Yu9lIATrNWtNczs9+4Ty1m9FSo28wbTAdBgNVHQ4EFgQUX6ZK9lw7yFk0
P5L6CvsE1JBIgTUwHwYDVR0jBBgwFoAUX6ZK9lw7yFk0P5L6CvsE1JBIgTUwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgPl4tSsDTs0qt8b33A5dn7GdH42NvmR/NnsmiOZKZYpkCIQCL
IyXyc+DeOCJCUcryGXDSB6Q3/PcZUAc9cVN2yBEIiw==
-----END CERTIFICATE-----`;

/** Requests that came through the handshake, and the server's address. Treats each of them in the one way. */
export async function tlsServer(way: Way): Promise<{ origin: string; received: string[] }> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    received.push(`${request.method} ${request.url}`);
    way(response, request);
  });
  server.on('secureConnection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** For the time of one test this process believes the server's certificate. */
export function trustTlsServer(): void {
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([CERTIFICATE]);
  onTestFinished(() => tls.setDefaultCACertificates(before));
}
