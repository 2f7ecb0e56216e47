/**
 * Watches the file of a store that is open. LMDB maps it: a read behind the end of a file that was cut ends the process without a word,
 * and what is written to a file that was removed is gone with the process. What is found stays found: from then on every call is
 * refused with it, since an answer might be short.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../util/log';
import { DamagedStoreError } from '../errors';
import { DATA_FILE } from './store-files';

/** How often a store that nobody uses is looked at. */
const LOOK_EVERY_MS = 1000;

export class FileGuard {
  private readonly fd: number;
  /** The largest that the file has been; LMDB never makes it smaller. */
  private size = 0;
  private damage: DamagedStoreError | null = null;
  private readonly timer: NodeJS.Timeout;

  /** @throws the system's error when the file can't be opened */
  constructor(
    private readonly directory: string,
    private readonly log: Log,
  ) {
    this.fd = openSync(join(directory, DATA_FILE), 'r');
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Of the file. */
  get bytes(): number {
    return this.size;
  }

  get isDamaged(): boolean {
    return this.damage !== null;
  }

  /** To be called before each use of the file. @throws DamagedStoreError */
  check(): void {
    this.look();
    if (this.damage !== null) throw this.damage;
  }

  /** To be called after each write, too: what the file has grown to is what a cut is measured by. */
  look(): void {
    if (this.damage !== null) return;
    const { size, nlink } = fstatSync(this.fd);
    if (nlink === 0) this.report(`its file ${DATA_FILE} was removed or replaced`);
    else if (size < this.size) this.report(`its file ${DATA_FILE} was cut from ${this.size} to ${size} bytes`);
    else this.size = size;
  }

  /** Notes what is damaged; only the first is logged and told. */
  report(what: string): DamagedStoreError {
    if (this.damage !== null) return this.damage;
    const text = `The embedded store in ${this.directory} is damaged: ${what}`;
    this.damage = new DamagedStoreError(text);
    this.log.error(`${text}. Nothing is read or written from now on. End the process and run tsdb check-store`);
    return this.damage;
  }

  close(): void {
    clearInterval(this.timer);
    closeSync(this.fd);
  }
}
