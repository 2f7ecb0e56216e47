/** Reads a range of a table, one batch of whole rows in one look at the file. */
import { compareBytes, startsWith } from './bytes';
import type { CellList } from './cell-list';
import { columnEnd, type CellKey } from './key-codec';
import type { Overlay } from './log/overlay';
import { ReaderMemory } from './reader-memory';
import { RowAssembler } from './row-assembler';
import { RowCollector } from './row-collector';
import { addRun } from './run-codec';
import type { Batch, BatchBounds, Selection } from './selection';
import type { CellStream, SingleCell } from './single-cells';
import { RangeStart, type Entry, type StoredTable } from './table';

/** As much as passing by a run costs. */
const UNWANTED_RUN = 4;

type Step = 'go on' | 'stop' | 'jump';

/** What a reader uses; what is absent it makes. */
export interface ReaderParts {
  /** Where the rows are put; an empty one. */
  readonly collector?: RowCollector;
  /** What the log has of the table, from the selection's start on; null: nothing. */
  readonly overlay?: Overlay | null;
  /** Nobody else's while this reads. */
  readonly memory?: ReaderMemory;
  /** False: no cell of the table stands singly. */
  readonly hasSingles?: boolean;
}

const NO_SINGLES: CellStream = { peek: () => null, advance: () => undefined };

/** Brings runs and single cells together in the order of their keys, and gives them to a `RowAssembler`. */
export class RangeReader {
  private readonly collector: RowCollector;
  private readonly memory: ReaderMemory;
  private readonly rows: RowAssembler;
  private readonly hasSingles: boolean;
  /** Key at which the table is entered. */
  private readonly from: CellKey;
  /** Nothing is asked for but families: of a run all cells are wanted, or none. */
  private readonly wholeRuns: boolean;

  constructor(
    private readonly table: StoredTable,
    private readonly selection: Selection,
    bounds: BatchBounds,
    { collector = new RowCollector(), overlay = null, memory = new ReaderMemory(), hasSingles = true }: ReaderParts = {},
  ) {
    this.collector = collector;
    this.memory = memory;
    this.hasSingles = hasSingles;
    this.from = memory.from;
    this.rows = new RowAssembler(selection, bounds, collector, overlay, memory);
    const { qualifiers, timeRange, firstCellOnly } = selection;
    this.wholeRuns = qualifiers === undefined && timeRange === undefined && firstCellOnly !== true;
  }

  read(): Batch {
    this.from.setRow(this.selection.start);
    let jump: boolean;
    do {
      this.rows.unwanted = 0;
      jump = this.run(this.hasSingles ? this.memory.singles.open(this.table, this.from) : NO_SINGLES);
      this.memory.singles.close();
    } while (jump);
    const next = this.rows.end();
    this.memory.trim();
    return { rows: this.collector.finish(), next };
  }

  /** Goes on from `from` until the range or the batch ends; true: `from` was set further on, go on there. */
  private run(singles: CellStream): boolean {
    if (this.table.runs !== null) {
      // As in nearly all ranges: nothing else is read in LMDB meanwhile, so a run can stay there until it is wanted.
      const alone = singles.peek() === null;
      for (const { value: entry } of this.table.runs.getRange({ start: new RangeStart(this.from) })) {
        const done = alone ? this.takeLoneRun(entry) : this.takeRunAmong(singles, entry);
        if (done === 'stop') return false;
        if (done === 'jump') return true;
      }
    }
    return this.singlesBefore(singles, null, 0) === 'jump';
  }

  /** Takes a run where there are no single cells. */
  private takeLoneRun(entry: Entry): Step {
    const { keyBytes, keyStart } = entry;
    const end = columnEnd(keyBytes, keyStart);
    const { rows } = this;
    rows.entries++;
    if (!rows.enterColumn(keyBytes, keyStart, end)) return 'stop';
    if (!rows.rowWanted) {
      rows.unwanted += UNWANTED_RUN;
      return rows.jump(this.from) ? 'jump' : 'go on';
    }
    if (!rows.isLogged && !rows.familyWanted) return 'go on';
    if (!rows.isLogged && this.wholeRuns) {
      rows.entries += addRun(this.collector, entry) >> 3;
      return 'go on';
    }
    const cells = this.memory.run.clear();
    rows.entries += addRun(cells, entry) >> 3;
    const d = cells.data;
    for (let i = 0; i < cells.count && rows.rowWanted; i++)
      rows.take(d, cells.qualifierAt(i), cells.qualifierLength(i), d, cells.valueAt(i), cells.valueLength(i), cells.timestamps[i]);
    return 'go on';
  }

  /** Takes what stands singly before a run, then the run. */
  private takeRunAmong(singles: CellStream, entry: Entry): Step {
    const { runKey, run } = this.memory;
    runKey.setEncoded(entry.keyBytes, entry.keyStart, entry.keyEnd);
    this.rows.entries += 1 + (addRun(run.clear(), entry) >> 3);
    const passed = this.singlesBefore(singles, runKey.bytes, runKey.length);
    return passed === 'go on' ? this.takeRun(runKey, columnEnd(runKey.bytes, 0), run, singles) : passed;
  }

  /** Takes the single cells whose keys are below this one. */
  private singlesBefore(singles: CellStream, key: Buffer | null, length: number): Step {
    for (let cell = singles.peek(); cell !== null; cell = singles.peek()) {
      const { data, keyAt, keyEnd } = cell;
      if (key !== null && compareBytes(data, keyAt, keyEnd - keyAt, key, 0, length) >= 0) break;
      if (!this.rows.enterColumn(data, keyAt, keyEnd)) return 'stop';
      this.takeSingle(cell);
      singles.advance();
      if (this.rows.jump(this.from)) return 'jump';
    }
    return 'go on';
  }

  /** Takes the run's cells, and the single ones between them or in their place. */
  private takeRun(key: CellKey, columnLength: number, cells: CellList, singles: CellStream): Step {
    const { rows } = this;
    if (!rows.enterColumn(key.bytes, 0, columnLength)) return 'stop';
    let single = this.singleIn(singles, key, columnLength);
    const d = cells.data;
    for (let i = 0; i < cells.count; i++) {
      if (!rows.rowWanted) {
        rows.unwanted += UNWANTED_RUN;
        return rows.jump(this.from) ? 'jump' : 'go on';
      }
      let order = -1;
      while (single !== null) {
        const qualifierAt = single.keyAt + columnLength;
        order = cells.compare(i, single.data, qualifierAt, single.keyEnd - qualifierAt);
        if (order < 0) break;
        this.takeSingle(single);
        singles.advance();
        single = this.singleIn(singles, key, columnLength);
        if (order === 0) break;
      }
      if (order !== 0)
        rows.take(d, cells.qualifierAt(i), cells.qualifierLength(i), d, cells.valueAt(i), cells.valueLength(i), cells.timestamps[i]);
    }
    return 'go on';
  }

  private takeSingle({ data, keyAt, keyEnd, valueAt, valueEnd, timestamp }: SingleCell): void {
    this.rows.entries++;
    const qualifierAt = keyAt + this.rows.columnLength;
    this.rows.take(data, qualifierAt, keyEnd - qualifierAt, data, valueAt, valueEnd - valueAt, timestamp);
  }

  /** The next single cell, if it is in this column. */
  private singleIn(singles: CellStream, key: CellKey, columnLength: number): SingleCell | null {
    const cell = singles.peek();
    return cell !== null && startsWith(cell.data, cell.keyAt, cell.keyEnd, key.bytes, columnLength) ? cell : null;
  }
}
