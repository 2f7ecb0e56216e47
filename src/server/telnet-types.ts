import type { Socket } from 'node:net';
import type { Tsd } from './context';

/** A telnet connection, as the port sees it. */
export interface TelnetConnection {
  /**
   * Reads on until what had arrived when it was called is taken, handles every complete line of it, sends the replies that are due and ends
   * the socket. Resolves when that is done (the points themselves are made durable by the writer's `close`).
   * @param most bytes that can have arrived without having been read: a client that goes on sending is read no further
   */
  drain(most: number): Promise<void>;
  /**
   * Lets go of the socket between two lines, when all replies that are due are with the client. Not a byte of it is read after the call.
   * @returns what has been read and not been handled; null: the connection has ended
   */
  letGo(): Promise<Buffer | null>;
}

/** What src/server/telnet exports: takes over a socket whose first byte is not A-Z. */
export type AttachTelnet = (socket: Socket, tsd: Tsd, firstChunk: Buffer) => TelnetConnection;
