import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'winston';
import { lockDirectory } from '../../util/directory-lock';
import type { Siblings } from '../../workers';
import { Backlog } from './backlog';
import { seriesOfRecord } from './point-spool';
import { rowOfRecord } from './row-record';
import { SegmentQueue } from './segment-queue';
import { SpoolSpace } from './space';
import { SpoolFollower } from './spool-follower';
import { SpoolKeeper } from './spool-keeper';
import type { SpoolPace, WaitingPoints } from './types';

/** Tables have directories called `table-NAME`; points by name are in `names`. */
const TABLE = 'table-';
const NAMES = 'names';

/** The backlogs of a spool: in files of this process, or with the worker that has them. */
export interface Backlogs {
  /** Points by name. */
  readonly names: WaitingPoints;
  /** Bytes of all files, and most of them. */
  readonly space: { readonly used: number; readonly max: number };
  /** Tables that an earlier process has left something of. */
  readonly left: readonly string[];
  table(name: string): Promise<WaitingPoints>;
  /** Ends the replay. What is not in storage by now is there for the next process. */
  close(): Promise<void>;
}

export interface BacklogSettings extends SpoolPace {
  readonly path: string;
  readonly maxBytes: number;
}

/** Backlogs in a directory of this process's. */
class OwnBacklogs implements Backlogs {
  readonly left: string[] = [];
  private readonly tables = new Map<string, Promise<Backlog>>();
  private readonly all: Backlog[] = [];
  private keeper: SpoolKeeper | null = null;

  private constructor(
    readonly names: Backlog,
    readonly space: SpoolSpace,
    private readonly settings: BacklogSettings,
    private readonly logger: Logger,
    private readonly unlock: () => void,
  ) {
    this.all.push(names);
  }

  /** @throws IllegalStateError when another process uses the directory; errors of the file system */
  static async open(settings: BacklogSettings, logger: Logger, siblings: Siblings): Promise<Backlogs> {
    const { path, maxBytes } = settings;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const unlock = lockDirectory(path, 'The spool');
    try {
      const space = new SpoolSpace(maxBytes);
      const names = new Backlog('names without UIDs', await SegmentQueue.open(join(path, NAMES), space), settings, logger, seriesOfRecord);
      const backlogs = new OwnBacklogs(names, space, settings, logger, unlock);
      for (const name of await readdir(path)) if (name.startsWith(TABLE)) backlogs.left.push(decodeURIComponent(name.slice(TABLE.length)));
      for (const name of backlogs.left) await backlogs.table(name);
      if (space.used > 0) logger.warn(`${space.used} bytes of points are in the spool ${path}; they are replayed`);
      if (siblings.count > 1) backlogs.keepFor(siblings);
      return backlogs;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  table(name: string): Promise<Backlog> {
    let table = this.tables.get(name);
    if (table === undefined) {
      table = this.openTable(name);
      this.tables.set(name, table);
      table.catch(() => this.tables.delete(name));
    }
    return table;
  }

  async close(): Promise<void> {
    this.keeper?.close();
    await Promise.all(this.all.map((backlog) => backlog.stop()));
    await Promise.all(this.all.map(({ queue }) => queue.close()));
    this.unlock();
  }

  private async openTable(name: string): Promise<Backlog> {
    const directory = join(this.settings.path, TABLE + encodeURIComponent(name));
    const queue = await SegmentQueue.open(directory, this.space);
    const backlog = new Backlog(`table "${name}"`, queue, this.settings, this.logger, rowOfRecord);
    this.all.push(backlog);
    this.inform(backlog, name);
    return backlog;
  }

  private keepFor(siblings: Siblings): void {
    this.keeper = new SpoolKeeper(siblings, (name) => (name === null ? Promise.resolve(this.names) : this.table(name)));
    this.inform(this.names, null);
    for (const [name, table] of this.tables) void table.then((backlog) => this.inform(backlog, name));
  }

  /** Has the other workers know what is in it. */
  private inform(backlog: Backlog, name: string | null): void {
    const { keeper } = this;
    if (keeper !== null) backlog.tell = (state) => keeper.tell(name, state);
  }
}

/** Backlogs that another worker has. */
class BacklogsElsewhere implements Backlogs {
  readonly names: WaitingPoints;
  readonly left: readonly string[] = [];
  readonly space = { used: 0, max: 0 };
  private readonly follower: SpoolFollower;

  constructor(siblings: Siblings, settings: SpoolPace) {
    this.follower = new SpoolFollower(siblings, settings);
    this.names = this.follower.begin(null);
  }

  table(name: string): Promise<WaitingPoints> {
    return this.follower.open(name);
  }

  close(): Promise<void> {
    this.follower.close();
    return Promise.resolve();
  }
}

/** @throws IllegalStateError when another process uses the directory; errors of the file system */
export function openBacklogs(settings: BacklogSettings, logger: Logger, siblings: Siblings): Promise<Backlogs> {
  return siblings.isKeeper ? OwnBacklogs.open(settings, logger, siblings) : Promise.resolve(new BacklogsElsewhere(siblings, settings));
}
