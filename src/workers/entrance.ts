import type { AddressInfo, Socket } from 'node:net';

/** What is known of a connection that goes to another process: `telnet` is kept to, the first byte decides about any other. */
export interface Passage {
  readonly kind: 'new' | 'telnet';
  /** What has been read of it and not been handled. */
  readonly unhandled: Buffer;
  /** It was with another worker before. */
  readonly moved: boolean;
}

/** The connections of a worker: the primary accepts them and hands them over. */
export interface Entrance {
  /** The worker can take connections. Resolves with the address when the port is open. */
  open(take: (socket: Socket, passage: Passage) => void): Promise<AddressInfo>;
  /**
   * Gives a connection to another worker; whoever is on its other side notices nothing.
   * @param socket not read any more; it is not this process's when the call returns
   */
  move(socket: Socket, passage: Omit<Passage, 'moved'>): void;
  /** Resolves when those that were moved have arrived. No more of them are moved then. */
  moved(): Promise<void>;
}
