import type { Socket } from 'node:net';
import type { Tsd } from './context';

/** A telnet connection, as the port sees it. */
export interface TelnetConnection {
  /**
   * Stops reading, handles every complete line received so far, sends the replies that are due and ends the socket.
   * Resolves when that is done (the points themselves are made durable by the writer's `close`).
   */
  drain(): Promise<void>;
}

/** What src/server/telnet exports: takes over a socket whose first byte is not A-Z. */
export type AttachTelnet = (socket: Socket, tsd: Tsd, firstChunk: Buffer) => TelnetConnection;
