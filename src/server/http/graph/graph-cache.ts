import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { GraphCacheSettings } from '../../../config/settings';
import { messageOf } from '../../../util/message-of';

/** Kinds of answers, which are the endings of the files. */
export type CachedKind = 'png' | 'svg' | 'txt' | 'json';

/** Files have names of this form and no other: nothing of a request is in them but its hash. */
const FILE_NAME = /^[0-9a-f]{64}\.(png|svg|txt|json)$/;
const BEGUN = /^[0-9a-f]{32}\.new$/;
/** Files of other programs are not ours to read or to remove. */
const OWNER = process.getuid?.() ?? null;
const ROOT = 0;
/** Bits of modes: others may look into it or change it, others may change it, and in spite of that only what is theirs. */
const OPEN_TO_OTHERS = 0o077;
const WRITABLE = 0o022;
const STICKY = 0o1000;
/** Between two looks at all files, whatever is stored meanwhile. */
const SWEEP_MS = 300_000;
/** What is left of the cache when it was full. */
const AFTER_SWEEP = 0.8;
const MAX_FILES = 20_000;
/** An answer larger than this part of the cache would throw out too many others. */
const LARGEST_PART = 0.1;
/** A file that has been begun and not finished by then never will be. */
const BEGUN_MS = 600_000;
/** When a directory that could not be used is looked at again. */
const RETRY_MS = 60_000;

/** A file of the cache. */
export interface CachedFile {
  readonly bytes: Buffer;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** The name of a request's files: a strong hash of its parameters, whatever their order. Parameters that do not change the picture are left out. */
export function cacheKey(params: ReadonlyMap<string, readonly string[]>, ignored: ReadonlySet<string>): string {
  const sorted = [...params].filter(([name]) => !ignored.has(name)).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/**
 * Answers on disk, bounded in bytes and age, in a directory that only this user may look into. Files are made under another name and moved, never
 * through a link; what cannot be stored or read is as if it had never been there.
 */
export class GraphCache {
  private readonly directory: string;
  private ready: Promise<boolean> | null = null;
  private retryAt = Infinity;
  private bytes = 0;
  private files = 0;
  /** What of these was stored since the last look at all files began, which may have missed it. */
  private stored = { bytes: 0, files: 0 };
  private sweptAt = -Infinity;
  private sweeping: Promise<void> | null = null;

  /** @param now milliseconds since the epoch @param warn told once why nothing is stored */
  constructor(
    private readonly settings: GraphCacheSettings,
    private readonly warn: (message: string) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.directory = join(settings.directory, 'graphs');
  }

  /** Whether an answer of so many bytes would be stored. */
  stores(bytes: number): boolean {
    return bytes <= this.settings.bytes * LARGEST_PART;
  }

  /** Null: not there, too old, or nothing that this made. */
  async read(key: string, kind: CachedKind): Promise<CachedFile | null> {
    if (!(await this.usable())) return null;
    try {
      const file = await open(this.path(key, kind), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const found = await file.stat();
        if (!found.isFile() || (OWNER !== null && found.uid !== OWNER) || !this.stores(found.size)) return null;
        if (this.now() - found.mtimeMs > this.settings.ageMs) return null;
        return { bytes: await file.readFile(), modified: found.mtimeMs };
      } finally {
        await file.close();
      }
    } catch {
      return null;
    }
  }

  /** Resolves when it is stored, or cannot be. */
  async store(key: string, kind: CachedKind, bytes: Buffer): Promise<void> {
    if (!this.stores(bytes.length) || !(await this.usable())) return;
    const begun = join(this.directory, `${randomBytes(16).toString('hex')}.new`);
    try {
      const file = await open(begun, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
      await rename(begun, this.path(key, kind));
      // The others are not asked what they have added since the last look at all files.
      this.count(bytes.length * this.settings.writers, this.settings.writers);
    } catch (error) {
      await unlink(begun).catch(() => {});
      // Whoever tidies up temporary files may have removed the directory.
      this.ready = null;
      this.warn(`A graph was not stored: ${messageOf(error)}`);
    }
    if (this.isFull || this.now() - this.sweptAt > SWEEP_MS) await this.sweep();
  }

  private count(bytes: number, files: number): void {
    this.bytes += bytes;
    this.files += files;
    this.stored.bytes += bytes;
    this.stored.files += files;
  }

  private get isFull(): boolean {
    return this.bytes > this.settings.bytes || this.files > MAX_FILES;
  }

  private path(key: string, kind: CachedKind): string {
    return join(this.directory, `${key}.${kind}`);
  }

  private usable(): Promise<boolean> {
    if (this.settings.bytes === 0 || this.settings.directory === '') return Promise.resolve(false);
    if (this.ready === null || this.now() > this.retryAt) {
      this.retryAt = Infinity;
      this.ready = this.prepare();
    }
    return this.ready;
  }

  /** Makes the directory; one that is there must be this user's alone and no link, and nobody else may be able to put another in its place. */
  private async prepare(): Promise<boolean> {
    try {
      // whatever the umask: one that others may write to would not do
      await mkdir(this.settings.directory, { recursive: true, mode: 0o755 });
      checkParent(this.settings.directory, await stat(this.settings.directory));
      await mkdir(this.directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      checkOwn(this.directory, await lstat(this.directory));
      return true;
    } catch (error) {
      this.warn(`Graphs are not kept on disk: ${messageOf(error)}`);
      this.retryAt = this.now() + RETRY_MS;
      return false;
    }
  }

  private sweep(): Promise<void> {
    this.sweeping ??= this.removeAll().finally(() => (this.sweeping = null));
    return this.sweeping;
  }

  /** Also what is stored meanwhile. */
  private async removeAll(): Promise<void> {
    do await this.removeOld();
    while (this.isFull);
  }

  /** Looks at all files, removes those that are too old, and while they are too many, the oldest. */
  private async removeOld(): Promise<void> {
    this.sweptAt = this.now();
    this.stored = { bytes: 0, files: 0 };
    const kept: { path: string; size: number; modified: number }[] = [];
    for (const name of await readdir(this.directory).catch(() => [])) {
      const path = join(this.directory, name);
      const found = await lstat(path).catch(() => null);
      if (found === null || !found.isFile()) continue;
      const age = this.now() - found.mtimeMs;
      if (FILE_NAME.test(name) && age <= this.settings.ageMs) kept.push({ path, size: found.size, modified: found.mtimeMs });
      else if (FILE_NAME.test(name) || (BEGUN.test(name) && age > BEGUN_MS)) await unlink(path).catch(() => {});
    }
    this.bytes = kept.reduce((total, { size }) => total + size, this.stored.bytes);
    this.files = kept.length + this.stored.files;
    if (!this.isFull) return;
    kept.sort((one, other) => one.modified - other.modified);
    for (const { path, size } of kept) {
      if (this.bytes <= this.settings.bytes * AFTER_SWEEP && this.files <= MAX_FILES * AFTER_SWEEP) break;
      await unlink(path).catch(() => {});
      this.bytes -= size;
      this.files--;
    }
  }
}

/** @throws Error when others may rename what is in a directory */
function checkParent(path: string, { uid, mode }: Stats): void {
  if (OWNER !== null && uid !== OWNER && uid !== ROOT) throw new Error(`${path} belongs to another user`);
  if ((mode & WRITABLE) !== 0 && (mode & STICKY) === 0) throw new Error(`${path} can be written by other users`);
}

/** @throws Error when a directory is not this user's alone */
function checkOwn(path: string, found: Stats): void {
  if (!found.isDirectory()) throw new Error(`${path} is no directory`);
  if (OWNER !== null && found.uid !== OWNER) throw new Error(`${path} belongs to another user`);
  if ((found.mode & OPEN_TO_OTHERS) !== 0) throw new Error(`${path} is open to other users: its mode should be 0700`);
}
