import type { Socket } from 'node:net';
import type { OrderedClient } from '../../ingest';

/** Replies that a client has not taken: beyond the first, it is `behind`; beyond the second, it is not read. */
const WRITES_BLOCKED = 64 * 1024;
const WRITES_FULL = 1024 * 1024;

/** What is said to a client: gathered, and written together. */
export class Output {
  private text = '';
  private blocked = false;

  constructor(
    private readonly socket: Socket,
    private readonly client: Pick<OrderedClient, 'hold' | 'release'>,
  ) {}

  /** The client does not take its replies as fast as they come. */
  get behind(): boolean {
    return this.socket.writableLength + this.text.length > WRITES_BLOCKED;
  }

  /** The system has taken everything. */
  get empty(): boolean {
    return this.text === '' && this.socket.writableLength === 0;
  }

  add(text: string): void {
    this.text += text;
  }

  write(): void {
    if (this.text === '') return;
    const { text } = this;
    this.text = '';
    if (!this.socket.writable) return;
    this.socket.write(text);
    if (this.blocked || this.socket.writableLength <= WRITES_FULL) return;
    this.blocked = true;
    this.client.hold();
    this.socket.once('drain', () => {
      this.blocked = false;
      this.client.release();
    });
  }
}
