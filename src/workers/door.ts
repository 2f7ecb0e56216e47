import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { acceptWaiting } from '../util/turns';
import type { Passage } from './entrance';
import { openPort, type Listening } from './open-port';
import { stopReading } from './stop-reading';

/** A worker, as connections go to it. */
export interface Guest {
  /** Hands a connection over; the primary keeps its own handle until the worker says that it has it. */
  give(id: number, socket: Socket, passage: Passage): void;
}

interface Open {
  /** With whom it is; null: with nobody yet. */
  guest: Guest | null;
  /** Until the worker has it: the primary's handle, and what goes with it. */
  arriving: { readonly socket: Socket; readonly passage: Passage } | null;
}

const NOTHING = Buffer.alloc(0);

export interface DoorSettings extends Listening {
  /** Most connections at once; 0: no limit. */
  readonly connectionsLimit: number;
}

/**
 * The port of a TSD with workers: accepts connections, reads nothing of them, and hands them to the workers in turn. While there is no worker they
 * wait. What was on its way to a worker that ends goes to another.
 */
export class Door {
  rejected = 0;
  private readonly server: Server;
  private readonly guests: Guest[] = [];
  private next = 0;
  private lastId = 0;
  private readonly connections = new Map<number, Open>();
  /** Workers that are to get the next connections that others give away, and how many. */
  private wanting = new Map<Guest, number>();

  constructor(private readonly settings: DoorSettings) {
    this.server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => this.accept(socket));
  }

  /** Connections that are open, here or with workers. */
  get open(): number {
    return this.connections.size;
  }

  /** @throws as openPort */
  listen(): Promise<AddressInfo> {
    return openPort(this.server, this.settings, () => {});
  }

  /** Accepts nothing more; resolves when clients whose connections the system had made already have been handed over. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    await acceptWaiting(() => this.lastId + this.rejected, this.settings.backlog);
    this.server.close();
  }

  /** The worker takes connections from now on. */
  add(guest: Guest): void {
    this.guests.push(guest);
    for (const [id, open] of this.connections) if (open.guest === null) this.give(id, open);
  }

  /** The worker gets no more connections; it keeps those that it has. */
  remove(guest: Guest): void {
    const at = this.guests.indexOf(guest);
    if (at < 0) return;
    this.guests.splice(at, 1);
    if (this.next > at) this.next--;
  }

  /** What other workers give away from now on goes to these, so many to each; what is more goes in turn. */
  want(guests: ReadonlyMap<Guest, number>): void {
    this.wanting = new Map(guests);
  }

  /** The worker has ended, and its connections with it; those that had not arrived there go to others. */
  ended(guest: Guest): void {
    this.remove(guest);
    for (const [id, open] of this.connections) {
      if (open.guest !== guest) continue;
      if (open.arriving === null) this.connections.delete(id);
      else this.give(id, open);
    }
  }

  /** The worker has it: the handle here is not needed any more. */
  taken(id: number): void {
    const open = this.connections.get(id);
    open?.arriving?.socket.destroy();
    if (open !== undefined) open.arriving = null;
  }

  closed(id: number): void {
    this.taken(id);
    this.connections.delete(id);
  }

  /** A worker gives a connection away. @param socket what came with the message: nothing if it was closed on its way */
  moved(id: number, socket: unknown, passage: Omit<Passage, 'moved'>): void {
    if (!(socket instanceof Socket)) {
      this.connections.delete(id);
      return;
    }
    // It is being read from the moment it arrives.
    stopReading(socket);
    this.bring(id, socket, { ...passage, moved: true });
  }

  private accept(socket: Socket): void {
    const { connectionsLimit: limit } = this.settings;
    if (limit > 0 && this.connections.size >= limit) {
      this.rejected++;
      socket.destroy();
      return;
    }
    this.bring(++this.lastId, socket, { kind: 'new', unhandled: NOTHING, moved: false });
  }

  private bring(id: number, socket: Socket, passage: Passage): void {
    // Nothing is read or written here: whoever gets it will see what is wrong with it.
    socket.on('error', () => {});
    const open: Open = { guest: null, arriving: { socket, passage } };
    this.connections.set(id, open);
    this.give(id, open);
  }

  private give(id: number, open: Open): void {
    open.guest = (open.arriving?.passage.moved === true ? this.wantingGuest() : null) ?? this.nextGuest();
    if (open.guest === null || open.arriving === null) return;
    open.guest.give(id, open.arriving.socket, open.arriving.passage);
  }

  private nextGuest(): Guest | null {
    const { guests } = this;
    if (guests.length === 0) return null;
    const guest = guests[this.next % guests.length];
    this.next = (this.next + 1) % guests.length;
    return guest;
  }

  private wantingGuest(): Guest | null {
    for (const [guest, count] of this.wanting) {
      if (count <= 1) this.wanting.delete(guest);
      else this.wanting.set(guest, count - 1);
      if (this.guests.includes(guest)) return guest;
    }
    return null;
  }
}
