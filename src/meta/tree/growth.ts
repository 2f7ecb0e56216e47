import { hexToUid } from '../../schema';
import type { Log } from '../../util/log';
import { messageOf } from '../../util/message-of';
import { RateLimitedLog } from '../../util/rate-limited-log';
import type { TsMeta } from '../ts-meta';
import type { TsMetas } from '../ts-metas';
import { branchKey, type BranchPath } from './branch';
import type { Branches } from './branches';
import { placeSeries } from './placing';
import type { Tree } from './tree';
import type { Trees } from './trees';

/** How long the list of trees is good for. */
const LIST_MS = 300_000;
/** Series that are placed at once, and branches that are known to be stored. */
const AT_ONCE = 16;
const KNOWN_BRANCHES = 100_000;

/** Places new series in all trees that are enabled. Mirrors TreeBuilder.processAllTrees. */
export class TreeGrowth {
  private trees: Promise<Tree[]> | null = null;
  private readUntil = 0;
  /** Branches that are known to be stored, as long as the list of trees is good. */
  private stored = new Set<string>();
  private waiting: Buffer[] = [];
  private placing = 0;
  private idle: (() => void)[] = [];
  private readonly log: RateLimitedLog;

  constructor(
    private readonly table: Trees,
    private readonly branches: Branches,
    private readonly tsMetas: TsMetas,
    private readonly storesCollisions: boolean,
    logger: Log,
    private readonly now: () => number = Date.now,
  ) {
    this.log = new RateLimitedLog((message) => logger.error(message));
    table.onChange(() => this.forget());
  }

  /** Series that are new: nobody waits for them to be placed. */
  add(tsuids: readonly Buffer[]): void {
    for (const tsuid of tsuids) this.waiting.push(tsuid);
    while (this.placing < AT_ONCE && this.waiting.length > 0) void this.work();
  }

  /** Resolves when all that were added are placed, or can't be. */
  async flush(): Promise<void> {
    if (this.placing > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Places one series in all enabled trees. @throws StorageError */
  async process(meta: TsMeta): Promise<void> {
    for (const tree of await this.list()) if (tree.enabled && tree.rules.length > 0) await this.placeIn(tree, meta);
  }

  private async work(): Promise<void> {
    this.placing++;
    for (let tsuid = this.waiting.shift(); tsuid !== undefined; tsuid = this.waiting.shift()) {
      try {
        const meta = await this.tsMetas.get(tsuid);
        if (meta !== null) await this.process(meta);
      } catch (error) {
        const name = tsuid.toString('hex').toUpperCase();
        this.log.log(() => `The series ${name} could not be placed in the trees: ${messageOf(error)}`);
      }
    }
    this.placing--;
    if (this.placing === 0) for (const resolve of this.idle.splice(0)) resolve();
  }

  private async placeIn(tree: Tree, meta: TsMeta): Promise<void> {
    const { treeId } = tree;
    await this.store(treeId, []);
    const { leaf: place, refused } = placeSeries(tree, meta);
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

  private list(): Promise<Tree[]> {
    const now = this.now();
    if (this.trees === null || now >= this.readUntil) {
      this.forget();
      this.readUntil = now + LIST_MS;
      const reading = this.table.list();
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
