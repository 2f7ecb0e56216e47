import { buildCompacted, prettyBytes, uidToHex, type PointCell } from '../../schema';
import type { Row } from '../../storage';
import { duplicatesText, momentsOf, type Moment, type PrintDate } from './duplicates';
import { aboutCell, type Findings, type FsckLog } from './findings';
import type { Fixes } from './fixes';
import { checkPoint, type PointVerdict } from './point-check';
import { oldCell, type NewCell, type Repair } from './repair';
import type { Counts } from './counts';
import type { FoundPoint, SortedCells } from './sort-cells';

/** Bytes that a qualifier may have. */
const MAX_QUALIFIER = 0xffff;
const LEFT_ALONE = 'One or more errors found in row that were not marked for repair';

/** What becomes of one kept point. */
interface Fate {
  readonly point: FoundPoint;
  /** As it is to be; null: it goes. */
  readonly becomes: PointCell | null;
  /** What is counted when that is done; null: nothing is to be done, or nobody asked for it. */
  readonly counts: Partial<Counts> | null;
}

/** Cells that are to be written, and numbers of cells that go; all else stays. */
interface Target {
  puts: NewCell[];
  deletes: Set<number>;
  counts: Partial<Counts>;
}

/**
 * Checks the points of a row and says what is to be done about them, and about the cells that are none. Mirrors Fsck.fsckDataPoints and what follows it, but
 * for what it loses: every point that a query could read before it can read afterwards.
 * @param baseTime seconds
 */
export class RowPlanner {
  constructor(
    private readonly fixes: Fixes,
    private readonly date: PrintDate,
  ) {}

  /** @param baseTime of the row, seconds @returns null: nothing is to be done */
  plan(row: Row, baseTime: number, cells: SortedCells, findings: Findings): Repair | null {
    const { fixes } = this;
    const moments = momentsOf(cells, fixes.lastWriteWins);
    // Whatever is wrong with them; those in append columns are not counted, as in the original.
    findings.counts.validPoints += moments.length;
    const fates: Fate[] = [];
    let unmarked = false;
    for (const moment of moments) {
      if (moment.kept !== null) {
        const fate = this.check(row, moment.kept, findings);
        fates.push(fate);
        if (fate.counts === null && fate.becomes === null) unmarked = true;
      }
      if (moment.surplus.length === 0) continue;
      this.tellDuplicates(row, baseTime, moment, cells, findings);
      if (!fixes.resolveDuplicates) unmarked = true;
    }
    if (unmarked) findings.log.warn(LEFT_ALONE);
    if (!fixes.fix) return null;
    const salvaged = fixes.deleteBadCompacts ? salvage(cells, fates) : [];
    const whole = !unmarked && (fixes.compact || cells.compacted.length > 0 || salvaged.length > 0);
    const target = whole ? this.oneColumn(row, cells, fates, salvaged) : this.cellByCell(fates);
    this.addDeletes(target, cells, moments, whole);
    // Points that are worth keeping go into the row's new column, or stay where they are.
    if (fixes.deleteBadCompacts && (whole || salvaged.length === 0)) {
      for (const cell of cells.badCompacted) target.deletes.add(cell);
      addCounts(target.counts, { badCompactsDeleted: cells.badCompacted.length });
    }
    const repair = repairOf(row, target, whole ? findings.log : null);
    if (repair === 'taken') {
      if (!unmarked) findings.log.warn(LEFT_ALONE);
      return null;
    }
    return repair;
  }

  private get resolves(): boolean {
    return this.fixes.fix && this.fixes.resolveDuplicates;
  }

  private tellDuplicates(row: Row, baseTime: number, moment: Moment, cells: SortedCells, findings: Findings): void {
    findings.counts.duplicates += moment.surplus.length;
    findings.log.info(duplicatesText(row, baseTime, moment, cells, this.fixes.lastWriteWins, this.date, findings));
  }

  /** Tells what is wrong with a point. */
  private check(row: Row, point: FoundPoint, findings: Findings): Fate {
    const { counts, log } = findings;
    const verdict: PointVerdict = checkPoint(point.qualifier, point.value);
    const { fix, deleteBadValues } = this.fixes;
    switch (verdict.kind) {
      case 'valid':
        return { point, becomes: point, counts: null };
      case 'vle': {
        counts.vle++;
        counts.vleBytes += point.value.length - verdict.repaired.value.length;
        return fix ? { point, becomes: verdict.repaired, counts: { vleFixed: 1 } } : { point, becomes: point, counts: null };
      }
      case 'float':
        counts.badFloats++;
        log[verdict.level](aboutCell(verdict.message, row, point.cell));
        return fix ? { point, becomes: verdict.repaired, counts: { badFloatsFixed: 1 } } : { point, becomes: null, counts: null };
      case 'bad':
        counts.badValues++;
        log.error(aboutCell(verdict.message, row, point.cell));
        if (point.compacted) {
          counts.badCompacts++;
          log.error('The previous value was in a compacted column. This should not be possible.');
        }
        if (!fix || !deleteBadValues) return { point, becomes: null, counts: null };
        return { point, becomes: verdict.repaired, counts: { badValuesDeleted: 1, badCompactsDeleted: point.compacted ? 1 : 0 } };
    }
  }

  /** All points in one column, whose cell is as old as the youngest of those that it stands for; in several where one can't have so many. */
  private oneColumn(row: Row, cells: SortedCells, fates: readonly Fate[], salvaged: readonly FoundPoint[]): Target {
    const counts: Partial<Counts> = {};
    for (const fate of fates) addCounts(counts, fate.counts);
    const points = [
      ...fates.flatMap(({ point, becomes }) => (becomes === null ? [] : [{ offsetMs: point.offsetMs, cell: becomes }])),
      ...salvaged.map((cell) => ({ offsetMs: cell.offsetMs, cell })),
    ].sort((a, b) => a.offsetMs - b.offsetMs);
    const sources = [...cells.singles, ...cells.compacted, ...(salvaged.length > 0 ? cells.badCompacted : [])];
    const timestamp = sources.reduce((newest, cell) => Math.max(newest, row.timestamp(cell)), 0);
    const puts = columnsOf(points.map(({ cell }) => cell)).map((column) => ({ ...column, timestamp }));
    return { puts, deletes: new Set(sources), counts };
  }

  /** Each point in a cell of its own, as it was. */
  private cellByCell(fates: readonly Fate[]): Target {
    const target: Target = { puts: [], deletes: new Set(), counts: {} };
    for (const { point, becomes, counts } of fates) {
      if (counts === null || point.compacted) continue;
      target.deletes.add(point.cell);
      if (becomes !== null) target.puts.push({ qualifier: becomes.qualifier, value: becomes.value, timestamp: point.timestamp });
      addCounts(target.counts, counts);
    }
    return target;
  }

  /** What goes whatever becomes of the points. */
  private addDeletes({ deletes, counts }: Target, cells: SortedCells, moments: readonly Moment[], whole: boolean): void {
    if (this.resolves)
      for (const { surplus } of moments)
        for (const { cell, compacted } of surplus) {
          // A compacted column loses a point only when the row is written anew.
          if (compacted && !whole) continue;
          deletes.add(cell);
          addCounts(counts, { duplicatesResolved: 1 });
        }
    if (!this.fixes.deleteUnknownColumns) return;
    for (const cell of cells.unknown) deletes.add(cell);
    addCounts(counts, { unknownDeleted: cells.unknown.length });
  }
}

/** Points of unsound columns at times at which there is no other, as they should be. */
function salvage({ salvaged, appended }: SortedCells, fates: readonly Fate[]): FoundPoint[] {
  if (salvaged.length === 0) return [];
  const taken = new Set([...(appended?.times ?? []), ...fates.flatMap(({ point, becomes }) => (becomes === null ? [] : point.offsetMs))]);
  return salvaged.flatMap((point) => {
    if (taken.has(point.offsetMs)) return [];
    taken.add(point.offsetMs);
    const verdict = checkPoint(point.qualifier, point.value);
    return verdict.kind === 'vle' ? { ...point, ...verdict.repaired } : point;
  });
}

/** Points that are in order, in as few columns as can have them. */
function columnsOf(points: readonly PointCell[]): PointCell[] {
  const columns: PointCell[] = [];
  for (let from = 0; from < points.length;) {
    let to = from;
    for (let bytes = 0; to < points.length && bytes + points[to].qualifier.length <= MAX_QUALIFIER; to++)
      bytes += points[to].qualifier.length;
    columns.push(buildCompacted(points.slice(from, to)));
    from = to;
  }
  return columns;
}

/** Leaves out what is there already. @returns null: nothing is to be done; `taken`: a cell that stays has the name of a new one */
function repairOf(row: Row, { puts, deletes, counts }: Target, log: FsckLog | null): Repair | null | 'taken' {
  const written: NewCell[] = [];
  for (const put of puts) {
    const there = cellOf(row, put.qualifier);
    if (there === null) {
      written.push(put);
      continue;
    }
    if (!deletes.has(there)) return 'taken';
    deletes.delete(there);
    if (row.value(there).equals(put.value)) continue;
    log?.info(overwriting(row.key, put));
    written.push({ ...put, timestamp: Math.max(put.timestamp, row.timestamp(there)) });
  }
  if (written.length === 0 && deletes.size === 0) return null;
  return { key: row.key, puts: written, deletes: [...deletes].sort((a, b) => a - b).map((cell) => oldCell(row, cell)), counts };
}

function addCounts(to: Partial<Counts>, from: Partial<Counts> | null): void {
  for (const [name, count] of Object.entries(from ?? {}) as [keyof Counts, number][]) to[name] = (to[name] ?? 0) + count;
}

function cellOf(row: Row, qualifier: Buffer): number | null {
  for (let i = 0; i < row.size; i++) if (row.qualifierLength(i) === qualifier.length && row.qualifier(i).equals(qualifier)) return i;
  return null;
}

function overwriting(key: Buffer, { qualifier, value }: NewCell): string {
  return `Overwriting compacted column with new value: \n    row key: (${uidToHex(key)})\n    qualifier: ${prettyBytes(qualifier)}\n    value: ${prettyBytes(value)}`;
}
