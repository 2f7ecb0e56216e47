import type { Socket } from 'node:net';

/**
 * Not a byte more is taken from the system for this socket: what it has not read yet is for the process that the socket goes to. `pause` alone
 * lets one more piece in.
 */
export function stopReading(socket: Socket): void {
  socket.pause();
  // No public way: Node itself does this when a stream's buffer is full.
  (socket as Socket & { _handle?: { readStop(): void } | null })._handle?.readStop();
}
