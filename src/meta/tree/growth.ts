import { hexToUid } from '../../schema';
import type { Log } from '../../util/log';
import { messageOf } from '../../util/message-of';
import { RateLimitedLog } from '../../util/rate-limited-log';
import { TimeSlice } from '../../util/time-slice';
import { withinTime } from '../../util/within-time';
import type { TsMeta } from '../ts-meta';
import type { TsMetas } from '../ts-metas';
import { branchKey, type BranchPath } from './branch';
import type { Branches } from './branches';
import { placeSeries } from './placing';
import { treeJson, type Tree } from './tree';
import type { Trees } from './trees';

/** How long the list of trees is good for. */
const LIST_MS = 300_000;
/** Series that may wait to be placed: some 50 MB. */
const MOST_WAITING = 500_000;
/** How long, at the end, those that wait are still placed. */
const CLOSE_MS = 2_000;
/** What is told of series that are left out: what places them. */
const LATER = '`tsdb uid treesync` places them';
/** Series that are placed at once, and branches that are known to be stored. */
const AT_ONCE = 16;
const KNOWN_BRANCHES = 100_000;
/** Series whose turn was before the list of those that wait is cut. */
const QUEUE_PIECE = 4096;
/** Bytes of the trees that are held in memory. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Places new series in all trees that are enabled. Mirrors TreeBuilder.processAllTrees. */
export class TreeGrowth {
  private trees: Promise<Tree[]> | null = null;
  private readUntil = 0;
  /** Branches that are known to be stored, as long as the list of trees is good. */
  private stored = new Set<string>();
  private waiting: Buffer[] = [];
  /** How many of those have had their turn. */
  private taken = 0;
  private placing = 0;
  private idle: (() => void)[] = [];
  private readonly log: RateLimitedLog;

  constructor(
    private readonly table: Trees,
    private readonly branches: Branches,
    private readonly tsMetas: TsMetas,
    private readonly storesCollisions: boolean,
    private readonly logger: Log,
    private readonly now: () => number = Date.now,
  ) {
    this.log = new RateLimitedLog((message) => logger.error(message));
    table.onChange(() => this.forget());
  }

  /** Series that are new: nobody waits for them to be placed. */
  add(tsuids: readonly Buffer[]): void {
    for (const tsuid of tsuids) {
      if (this.left < MOST_WAITING) this.waiting.push(tsuid);
      else this.log.log(() => `More than ${MOST_WAITING} new series wait to be placed in trees, and some are left out: ${LATER}`);
    }
    while (this.placing < AT_ONCE && this.left > 0) void this.work();
  }

  private get left(): number {
    return this.waiting.length - this.taken;
  }

  private next(): Buffer | undefined {
    if (this.left === 0) return undefined;
    const tsuid = this.waiting[this.taken++];
    if (this.taken >= QUEUE_PIECE || this.left === 0) {
      this.waiting = this.waiting.slice(this.taken);
      this.taken = 0;
    }
    return tsuid;
  }

  /** Places those that wait, as long as that takes no more than a moment. */
  async close(): Promise<void> {
    await withinTime(this.flush(), CLOSE_MS, () => {
      if (this.left > 0) this.logger.warn(`${this.left} new series are not placed in trees any more: ${LATER}`);
      this.waiting = [];
      this.taken = 0;
      return this.flush();
    });
  }

  /** Resolves when all that were added are placed, or can't be. */
  async flush(): Promise<void> {
    if (this.placing > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Places one series in all enabled trees. @throws StorageError */
  async process(meta: TsMeta, slice = new TimeSlice()): Promise<void> {
    for (const tree of await this.list()) await this.placeIn(tree, meta, slice);
  }

  private async work(): Promise<void> {
    this.placing++;
    const slice = new TimeSlice();
    for (let tsuid = this.next(); tsuid !== undefined; tsuid = this.next()) {
      try {
        const meta = await this.tsMetas.get(tsuid);
        if (meta !== null) await this.process(meta, slice);
      } catch (error) {
        const name = tsuid.toString('hex').toUpperCase();
        this.log.log(() => `The series ${name} could not be placed in the trees: ${messageOf(error)}`);
      }
    }
    this.placing--;
    if (this.placing === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private async placeIn(tree: Tree, meta: TsMeta, slice: TimeSlice): Promise<void> {
    const { treeId } = tree;
    await this.store(treeId, []);
    slice.restart();
    const { leaf: place, refused, excess } = await placeSeries(tree, meta, slice);
    if (excess !== null) this.log.log(() => `The series ${meta.tsuid} is not placed in tree ${treeId}: ${excess}`);
    // Like the original: a series that only one level has a name for would be a leaf of the root, and is not stored.
    if (place === null || refused || place.branch.length === 0) return;
    for (let depth = 1; depth <= place.branch.length; depth++) await this.store(treeId, place.branch.slice(0, depth));
    const owner = await this.branches.place({ treeId, path: place.branch }, place.leaf);
    if (owner === meta.tsuid) return;
    this.log.log(() => `Leaf collision in tree ${treeId}: ${meta.tsuid} has the place of ${owner}`);
    if (tree.storeFailures && this.storesCollisions) await this.table.recordCollision(treeId, hexToUid(meta.tsuid), owner);
  }

  private async store(treeId: number, path: BranchPath): Promise<void> {
    const branch = { treeId, path };
    // Names with one hash have one row, which the first of them has: the others need not ask again.
    const key = `${branchKey(branch).toString('latin1')}`;
    if (this.stored.has(key)) return;
    await this.branches.create(branch);
    if (this.stored.size >= KNOWN_BRANCHES) this.stored.clear();
    this.stored.add(key);
  }

  /** The trees that something can grow in. @throws StorageError */
  private async enabled(): Promise<Tree[]> {
    const trees: Tree[] = [];
    let left = MOST_BYTES;
    for await (const tree of this.table.each()) {
      if (!tree.enabled || tree.rules.length === 0) continue;
      left -= treeJson(tree).length;
      if (left < 0) {
        this.log.log(() => `The trees from ${tree.treeId} on are left out: together they take more than ${MOST_BYTES} bytes`);
        break;
      }
      trees.push(tree);
    }
    return trees;
  }

  private list(): Promise<Tree[]> {
    const now = this.now();
    if (this.trees === null || now >= this.readUntil) {
      this.forget();
      this.readUntil = now + LIST_MS;
      const reading = this.enabled();
      this.trees = reading;
      reading.catch(() => this.forget());
    }
    return this.trees;
  }

  /** What is known of trees is not good any more. */
  forget(): void {
    this.trees = null;
    this.stored = new Set();
  }
}
