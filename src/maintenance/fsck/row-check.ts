import { baseTimeAt, baseTimeOfKey, isGlobalAnnotationKey, tagsAt, type KeyLayout } from '../../schema';
import type { Row } from '../../storage';
import { NoSuchUniqueId, type UidKind } from '../../uid';
import { newUidSets, type UidSets } from '../uid-sets';
import type { Counts } from './counts';
import { aboutCell, aboutKey, type Findings, type FsckLog } from './findings';
import type { Fixes } from './fixes';
import { healthyPoints } from './healthy-row';
import { wholeRow, type Repair } from './repair';
import type { RowPlanner } from './row-plan';
import { sortCells } from './sort-cells';

/** Checks rows one by one, in the order in which the original looks at their parts. Mirrors Fsck.fsckRow. */
export class RowCheck {
  constructor(
    private readonly layout: KeyLayout,
    private readonly fixes: Fixes,
    private readonly planner: RowPlanner,
  ) {}

  /** The UIDs in the keys of rows. */
  idsOf(rows: readonly Row[]): UidSets {
    const sets = newUidSets();
    let last: Buffer | null = null;
    for (const { key } of rows) {
      if (!this.isKey(key) || isGlobalAnnotationKey(this.layout, key)) continue;
      // A lone series has its rows one after the other.
      if (last === null || !this.sameSeries(last, key))
        this.eachId(key, (kind, from, to) => sets[kind].add(key.toString('latin1', from, to)));
      last = key;
    }
    return sets;
  }

  /**
   * @param nameless those of the row's UIDs that have no name
   * @param counts what is found is added here
   * @returns what is to be done; null: nothing
   */
  check(row: Row, nameless: UidSets, log: FsckLog, counts: Counts): Repair | null {
    const { fixes, layout } = this;
    const { key } = row;
    counts.rows++;
    if (!this.isKey(key)) {
      counts.badKeys++;
      log.error(aboutKey('Invalid row key.', key));
      return fixes.fix && fixes.deleteBadRows ? wholeRow(row, { badKeysDeleted: 1 }) : null;
    }
    const findings = { log, counts };
    if (isGlobalAnnotationKey(layout, key)) {
      counts.cells += row.size;
      globalAnnotations(row, findings);
      return null;
    }
    const orphan = this.firstOrphan(key, nameless);
    if (orphan !== null) {
      counts.orphans++;
      const what = orphan.kind === 'metrics' ? 'metric' : 'a tagk or tagv';
      log.error(aboutKey(`Unable to resolve the ${what} from the row key.`, key, new NoSuchUniqueId(orphan.kind, orphan.id).message));
      return fixes.fix && fixes.deleteOrphans ? wholeRow(row, { orphansDeleted: 1 }) : null;
    }
    counts.cells += row.size;
    const points = healthyPoints(row, fixes.fix && fixes.compact);
    if (points >= 0) {
      counts.validPoints += points;
      return null;
    }
    return this.planner.plan(row, baseTimeOfKey(layout, key), sortCells(row, findings), findings);
  }

  /** Whether a key has the length of one, and UIDs with names. */
  isPlausible(key: Buffer, nameless: UidSets): boolean {
    return this.isKey(key) && (isGlobalAnnotationKey(this.layout, key) || this.firstOrphan(key, nameless) === null);
  }

  /** A row without tags is none that anybody writes, but queries read it. */
  private isKey({ length }: Buffer): boolean {
    const tags = length - tagsAt(this.layout);
    return tags >= 0 && tags % (this.layout.tagk + this.layout.tagv) === 0;
  }

  private sameSeries(a: Buffer, b: Buffer): boolean {
    const tags = tagsAt(this.layout);
    const metric = baseTimeAt(this.layout);
    return a.length === b.length && a.compare(b, 0, metric, 0, metric) === 0 && a.compare(b, tags, b.length, tags) === 0;
  }

  /** The first UID of a key that has no name, in the order of the key. */
  private firstOrphan(key: Buffer, nameless: UidSets): { kind: UidKind; id: Buffer } | null {
    if (nameless.metrics.size + nameless.tagk.size + nameless.tagv.size === 0) return null;
    let orphan: { kind: UidKind; id: Buffer } | null = null;
    this.eachId(key, (kind, from, to) => {
      if (orphan === null && nameless[kind].has(key.toString('latin1', from, to))) orphan = { kind, id: key.subarray(from, to) };
    });
    return orphan;
  }

  private eachId(key: Buffer, visit: (kind: UidKind, from: number, to: number) => void): void {
    const { layout } = this;
    visit('metrics', layout.salt, baseTimeAt(layout));
    for (let at = tagsAt(layout); at < key.length; at += layout.tagk + layout.tagv) {
      const middle = at + layout.tagk;
      visit('tagk', at, middle);
      visit('tagv', middle, middle + layout.tagv);
    }
  }
}

/** The row of an hour's annotations on everything; whatever else is in it, nobody reads. */
function globalAnnotations(row: Row, { log, counts }: Findings): void {
  for (let i = 0; i < row.size; i++) {
    const length = row.qualifierLength(i);
    if ((length === 3 || length === 5) && row.block.data[row.qualifierOffset(i)] === 1) counts.annotations++;
    else {
      counts.futureObjects++;
      log.warn(aboutCell('Found an object possibly from a future version of OpenTSDB', row, i));
    }
  }
}
