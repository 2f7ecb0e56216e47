import { BYTES_PER_POINT } from '../series';
import { ADVICE } from './limits';
import { ClientError } from '../../util/errors';

/** How much of the limit small queries may take when large ones have taken all of it. */
const WITH_SMALL = 1.25;

/**
 * What the points of all running queries may hold of memory together, their arrays' reserve included. When there is no
 * more, those give up that hold more than their share of it, so that one query over everything does not take the small ones with it; small ones
 * may take a quarter more.
 */
export class QueryMemory {
  private used = 0;
  private readonly shares = new Set<MemoryShare>();

  /** @param limit bytes; 0: none */
  constructor(private readonly limit: number) {}

  /** Whether there is not yet much of it used. */
  get isFree(): boolean {
    return this.limit === 0 || this.used <= this.limit / 2;
  }

  /** A query's part of it, to be given up when the query has ended. */
  share(): MemoryShare {
    return new MemoryShare(this);
  }

  /** For MemoryShare. @throws ClientError 413 */
  change(share: MemoryShare, bytes: number): void {
    this.shares.add(share);
    this.used += bytes;
    if (this.limit === 0 || bytes <= 0 || this.used <= this.limit) return;
    if (this.used <= this.limit * WITH_SMALL && share.bytes * this.shares.size < this.used) return;
    const megabytes = Math.floor(this.limit / 1024 / 1024);
    throw new ClientError(413, `Sorry, running queries hold more than our maximum amount of ${megabytes}MB in memory. ${ADVICE}`);
  }

  /** For MemoryShare. */
  remove(share: MemoryShare): void {
    if (this.shares.delete(share)) this.used -= share.bytes;
  }
}

/** A query that holds more is one of the heavy ones. */
const HEAVY_BYTES = 2 * 1024 * 1024;

/** What one query holds. */
export class MemoryShare {
  bytes = 0;
  /** Most bytes that it ever held. */
  most = 0;
  /** Told once when the query turns out to be a heavy one. */
  onHeavy: (() => void) | null = null;
  private freed = false;

  constructor(private readonly memory: QueryMemory) {}

  /** @param points so many more, or fewer @throws ClientError 413 */
  add(points: number): void {
    if (this.freed) return; // a scan that has not yet been told that its query is over
    this.bytes += points * BYTES_PER_POINT;
    if (this.bytes > this.most) this.most = this.bytes;
    if (this.bytes > HEAVY_BYTES && this.onHeavy !== null) {
      this.onHeavy();
      this.onHeavy = null;
    }
    this.memory.change(this, points * BYTES_PER_POINT);
  }

  /** For what is held beside points. @throws ClientError 413 */
  addBytes(bytes: number): void {
    this.add(bytes / BYTES_PER_POINT);
  }

  /** Gives all of it up. */
  free(): void {
    this.memory.remove(this);
    this.bytes = 0;
    this.freed = true;
  }
}
