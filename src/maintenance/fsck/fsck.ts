import type { Row, Storage } from '../../storage';
import type { DataModel } from '../../tables';
import type { NameCodec } from '../../uid';
import { TimeSlice } from '../../util/time-slice';
import type { KeyRange } from '../walk/key-ranges';
import type { Walker } from '../walk/walk';
import { Repairer } from './apply-repairs';
import { newCounts, type Counts } from './counts';
import type { PrintDate } from './duplicates';
import type { FsckLog } from './findings';
import type { Fixes } from './fixes';
import { NamelessIds } from './nameless-ids';
import { implausibleRows } from './plausibility';
import type { Repair } from './repair';
import { RowCheck } from './row-check';
import { RowPlanner } from './row-plan';

/** What a check of a table is made of. */
export interface FsckParts {
  readonly storage: Storage;
  readonly model: DataModel;
  /** The table of points that is checked. */
  readonly table: string;
  readonly codec: NameCodec;
  readonly fixes: Fixes;
  /** Each repair is waited for before the next row. */
  readonly sync: boolean;
  readonly date: PrintDate;
  /** Where a worker writes. @param worker from 0 */
  readonly log: (worker: number) => FsckLog;
  /** Takes repairs that are not to be made; null: they are made. */
  readonly dryRun: ((repair: Repair) => void) | null;
  /** Told what rows have come to. When it resolves, the next are wanted. */
  readonly visited: (counts: Counts) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Checks the rows of a table and repairs them as it is told to: what `walk` shows rows to. Mirrors Fsck. */
export class Fsck implements Walker {
  private readonly ids: NamelessIds;
  private readonly rowCheck: RowCheck;
  private readonly repairer: Repairer;

  constructor(private readonly parts: FsckParts) {
    const { storage, model, codec, fixes, table, date } = parts;
    this.ids = new NamelessIds(storage, model, codec);
    this.rowCheck = new RowCheck(model.layout, fixes, new RowPlanner(fixes, date));
    this.repairer = new Repairer(storage, table);
  }

  /**
   * Whether the table may be another configuration's, so that repairs would delete all of it.
   * @returns how many rows were looked at, none of which was as it should be; null: there is nothing to fear
   */
  async implausible(ranges: readonly KeyRange[]): Promise<number | null> {
    const { storage, table, fixes, signal } = this.parts;
    if (!fixes.fix || !(fixes.deleteBadRows || fixes.deleteOrphans)) return null;
    return implausibleRows(storage, table, ranges, this.ids, this.rowCheck, signal);
  }

  /** @returns what was counted @throws StorageError when names could not be looked up: nothing was done then */
  async visit(rows: readonly Row[], worker: number): Promise<Record<keyof Counts, number>> {
    const { sync, signal, visited } = this.parts;
    const log = this.parts.log(worker);
    const counts = newCounts();
    const nameless = await this.ids.of(this.rowCheck.idsOf(rows));
    const slice = new TimeSlice(signal);
    let repairs: Repair[] = [];
    for (const row of rows) {
      const repair = this.rowCheck.check(row, nameless, log, counts);
      if (repair !== null) repairs.push(repair);
      if (sync && repairs.length > 0) {
        await this.carryOut(repairs, log, counts);
        repairs = [];
      }
      if (slice.isOver()) await slice.next();
    }
    await this.carryOut(repairs, log, counts);
    await visited(counts);
    return { ...counts };
  }

  private async carryOut(repairs: readonly Repair[], log: FsckLog, counts: Counts): Promise<void> {
    if (repairs.length === 0) return;
    if (this.parts.dryRun === null) await this.repairer.apply(repairs, log, counts);
    else repairs.forEach(this.parts.dryRun);
  }
}
