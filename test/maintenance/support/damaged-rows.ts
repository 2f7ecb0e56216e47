import { globalAnnotationKey, buildRowKey, type KeyLayout } from '../../../src/schema';
import { PackedCells, type Storage } from '../../../src/storage';

/** One cell in hexadecimal; older cells have smaller times. */
export interface DamagedCell {
  qualifier: string;
  value: string;
  /** Milliseconds. */
  time?: number;
}

/** One row with what is wrong with it. */
export interface DamagedRow {
  name: string;
  cells: readonly DamagedCell[];
  /** The original's worker dies of it, and leaves the rest of its range unread. */
  dies?: true;
  /** The original loses points of it, leaves it as it is or calls it something else: what ours makes of it is not the same. */
  differs?: true;
  /** What the key is made of instead of the usual series. */
  key?: (layout: KeyLayout, baseTime: number) => Buffer;
}

/** The first hour of the damaged rows, in seconds. */
const FIRST_HOUR = 1_700_002_800;
/** Between two rows: a query of one hour reads the hour behind it, too. */
const STEP = 3 * 3600;
const WRITTEN = 1_700_000_000_000;
const uid = (width: number, id: number): Buffer => {
  const out = Buffer.alloc(width);
  out.writeUIntBE(id, width - 1, 1);
  return out;
};

function keyOf(layout: KeyLayout, baseTime: number, ids: { metric?: number; tagk?: number; tagv?: number } = {}): Buffer {
  const pair = Buffer.concat([uid(layout.tagk, ids.tagk ?? 1), uid(layout.tagv, ids.tagv ?? 1)]);
  return buildRowKey(layout, uid(layout.metric, ids.metric ?? 1), baseTime, [pair]);
}

const c = (qualifier: string, value: string, time?: number): DamagedCell => ({ qualifier, value, time });

/** Every class of damage that the original's fsck knows, the healthy cells of each kind, and what it gets wrong. */
export const DAMAGED_ROWS: readonly DamagedRow[] = [
  { name: 'healthy', cells: [c('0000', '01'), c('0010', '02'), c('002b', '422a0000'), c('f0003a03', '00000007')] },
  { name: 'key without a time', cells: [c('0000', '01')], key: (l) => keyOf(l, 0).subarray(0, l.salt + l.metric + 2) },
  { name: 'key with half a pair', cells: [c('0000', '01')], key: (l, t) => keyOf(l, t).subarray(0, l.salt + l.metric + 4 + l.tagk) },
  { name: 'orphan metric', cells: [c('0000', '01')], key: (l, t) => keyOf(l, t, { metric: 9 }) },
  { name: 'orphan tagk', cells: [c('0000', '01')], key: (l, t) => keyOf(l, t, { tagk: 9 }) },
  { name: 'orphan tagv', cells: [c('0000', '01'), c('0010', '01')], key: (l, t) => keyOf(l, t, { tagv: 9 }) },
  { name: 'short qualifiers', cells: [c('', '01'), c('41', '01'), c('0000', '01')] },
  { name: 'unknown qualifier', cells: [c('41424344454647', '01'), c('0000', '01')] },
  { name: 'old rollup', differs: true, cells: [c('73756d3a0000', '01'), c('0000', '01')] },
  { name: 'annotations', cells: [c('010034', '7b7d'), c('0100000bb8', '7b7d'), c('0000', '01')] },
  { name: 'histograms', cells: [c('060034', '0001'), c('0600000bb8', '0001'), c('0000', '01')] },
  { name: 'rollup cells', cells: [c('000000', '01'), c('020010', '0203'), c('0000', '01')] },
  { name: 'append', cells: [c('050000', '000001001002')] },
  { name: 'append out of order', cells: [c('050000', '001002000001001003')] },
  { name: 'append cut off', cells: [c('050000', '0000010013')] },
  { name: 'append and points', cells: [c('050000', '000001001002'), c('0020', '05')] },
  { name: 'append and duplicate', differs: true, cells: [c('050000', '000001001002'), c('0010', '05')] },
  { name: 'append and compacted', cells: [c('050000', '000001001002'), c('00200030', '050600')] },
  { name: 'compacted', cells: [c('000000100020', '01020300')] },
  { name: 'compacted and point', cells: [c('00000010', '010200'), c('0020', '03')] },
  { name: 'compacted and long', differs: true, cells: [c('00000010', '010200'), c('0027', '7fffffffffffffff')] },
  { name: 'compacted alone with long', differs: true, cells: [c('00070010', '7fffffffffffffff0200')] },
  { name: 'trailer', differs: true, cells: [c('00000010', '010202')] },
  { name: 'trailer and point', differs: true, cells: [c('00000010', '010202'), c('0020', '03')] },
  { name: 'trailer and compacted', differs: true, cells: [c('00000010', '010202'), c('00200030', '030400')] },
  { name: 'negative trailer', cells: [c('00000010', '0102ff')] },
  { name: 'no trailer', differs: true, cells: [c('00000010', '0102')] },
  { name: 'no trailer looks good', differs: true, cells: [c('00000010', '0100')] },
  { name: 'lost a value', differs: true, cells: [c('000000100020', '010200')] },
  { name: 'cut in a value', differs: true, cells: [c('000000110021', '0102030400')] },
  { name: 'too many bytes', differs: true, cells: [c('00000010', '01020300')] },
  { name: 'bad compacted and point', differs: true, cells: [c('000000110021', '0102030400'), c('0030', '07')] },
  { name: 'odd length in compacted', differs: true, cells: [c('00000014001a', '01aabbccddee')] },
  { name: 'out of order', cells: [c('00100000', '020100')] },
  { name: 'mixed without the flag', cells: [c('0000f0003a00', '010200')] },
  { name: 'bad float in compacted', differs: true, cells: [c('0000001a', '01aabbcc00')] },
  { name: 'bad float in compacted and point', differs: true, cells: [c('0000001a', '01aabbcc00'), c('0020', '03')] },
  { name: 'float of 8 in compacted', cells: [c('0000001f', '01404540000000000000')] },
  { name: 'duplicates', cells: [c('0000', '01', 1), c('0001', '0002', 2)] },
  { name: 'duplicates newer first', cells: [c('0000', '01', 2), c('0001', '0002', 1)] },
  { name: 'duplicates same time', cells: [c('0000', '01', 1), c('0001', '0002', 1)] },
  { name: 'duplicates in ms', cells: [c('0010', '01', 1), c('f000fa00', '02', 2)] },
  { name: 'three duplicates', cells: [c('0000', '01', 2), c('0001', '0002', 1), c('000b', '422a0000', 3), c('0010', '09')] },
  { name: 'duplicates with compacted', cells: [c('00000010', '010200', 1), c('0011', '0007', 2)] },
  { name: 'duplicates in compacted', differs: true, cells: [c('0000000100100020', '010002030400')] },
  { name: 'same value twice', cells: [c('0000', '01', 1), c('0001', '0001', 2)] },
  { name: 'float with ff', cells: [c('000b', 'ffffffff422a0000')] },
  { name: 'float with junk', cells: [c('000b', '4045000000000000')] },
  { name: 'float with zeros', cells: [c('000b', '00000000422a0000')] },
  { name: 'double of 4', differs: true, cells: [c('000f', '422a0000')] },
  { name: 'float of 2', cells: [c('000b', '422a')] },
  { name: 'float of 1 flagged 2', cells: [c('0009', '422a')] },
  { name: 'integer flagged shorter', differs: true, cells: [c('0000', '0102')] },
  { name: 'integer flagged longer', differs: true, cells: [c('0003', '0102')] },
  { name: 'integer of 3', differs: true, cells: [c('0002', '010203')] },
  { name: 'integer of 8 flagged 1', differs: true, cells: [c('0000', '0000000000000005')] },
  { name: 'bad integer and point', differs: true, cells: [c('0003', '0102'), c('0010', '01')] },
  { name: 'ms float with ff', differs: true, cells: [c('f0003a0b', 'ffffffff422a0000')] },
  { name: 'ms float with junk', differs: true, cells: [c('f0003a0b', '4045000000000000')] },
  { name: 'ms float with zeros', cells: [c('f0003a0b', '00000000422a0000')] },
  { name: 'ms double of 4', cells: [c('f0003a0f', '422a0000')] },
  { name: 'ms integer flagged shorter', differs: true, cells: [c('f0003a00', '0102')] },
  { name: 'ms integer flagged longer', cells: [c('f0003a03', '0102')] },
  { name: 'empty value', cells: [c('0000', ''), c('0010', '01')] },
  { name: 'vle to 1', cells: [c('0007', '0000000000000005')] },
  { name: 'vle to 2', cells: [c('0007', 'fffffffffffffed4')] },
  { name: 'vle to 4', cells: [c('0007', '0000000000012345')] },
  { name: 'vle in ms', cells: [c('f0003a07', '0000000000000005')] },
  { name: 'vle in compacted', cells: [c('00070010', '00000000000000050200')] },
  { name: 'vle and duplicate', differs: true, cells: [c('0007', '0000000000000005', 1), c('0000', '07', 2)] },
  { name: 'long alone', cells: [c('0007', '7fffffffffffffff')] },
  { name: 'four bytes too many', cells: [c('0003', '00000005')] },
  { name: 'long and point', differs: true, cells: [c('0007', '7fffffffffffffff'), c('0010', '01')] },
  { name: 'ms flag on two bytes', dies: true, cells: [c('f000', '01'), c('0010', '01')] },
  { name: 'ms flag cut in compacted', dies: true, cells: [c('0000f000', '010200')] },
  { name: 'compacted in parts', cells: [c('00000010', '010200'), c('00200030', '030400'), c('0040', '05')] },
  { name: 'compacted and its cells', cells: [c('00000010', '010200', 2), c('0000', '01', 1), c('0010', '02', 1)] },
  { name: 'compacted with an annotation', cells: [c('00000010', '010200'), c('0020', '03'), c('010034', '7b7d'), c('060034', '0001')] },
  { name: 'duplicates that are bad', differs: true, cells: [c('0000', '0102', 1), c('0001', '0002', 2), c('000b', '422a', 3)] },
  { name: 'duplicates of a float to fix', differs: true, cells: [c('000b', '00000000422a0000', 1), c('0000', '01', 2)] },
  { name: 'duplicates and a bad value', differs: true, cells: [c('0000', '01', 1), c('0001', '0002', 2), c('0013', '0102', 1)] },
  { name: 'two bad values', differs: true, cells: [c('0003', '0102'), c('0013', '0102'), c('0020', '01')] },
  { name: 'float to fix and a bad value', differs: true, cells: [c('000b', 'ffffffff422a0000'), c('0013', '0102')] },
  { name: 'compacted and a bad value', differs: true, cells: [c('00000010', '010200'), c('0023', '0102')] },
  { name: 'compacted and a bad qualifier', cells: [c('00000010', '010200'), c('0020', '03'), c('41', '01'), c('4142434445', '01')] },
  { name: 'no tags', dies: true, cells: [c('0000', '01')], key: (l, t) => keyOf(l, t).subarray(0, l.salt + l.metric + 4) },
  { name: 'global annotation', dies: true, cells: [c('010034', '7b7d')], key: (l, t) => globalAnnotationKey(l, t) },
];

const NAMES: [kind: string, id: number, name: string][] = [
  ['metrics', 1, 'damaged'],
  ['tagk', 1, 'host'],
  ['tagv', 1, 'web01'],
];

/** Names for the rows' series, and the counters. */
export async function putNames(storage: Storage, table: string, widths: { metrics: number; tagk: number; tagv: number }): Promise<void> {
  for (const [kind, id, name] of NAMES) {
    const bytes = uid(widths[kind as keyof typeof widths], id);
    const qualifier = Buffer.from(kind);
    await storage.put(table, Buffer.from('id'), [{ row: Buffer.from(name), cells: PackedCells.of(qualifier, bytes) }]);
    await storage.put(table, Buffer.from('name'), [{ row: bytes, cells: PackedCells.of(qualifier, Buffer.from(name)) }]);
    await storage.increment(table, Buffer.of(0), Buffer.from('id'), qualifier, BigInt(id));
  }
}

/** The hour of a row of the list, in seconds. */
export function hourOfDamaged(row: DamagedRow): number {
  return FIRST_HOUR + STEP * DAMAGED_ROWS.findIndex(({ name }) => name === row.name);
}

/** The key of a row of the list. */
export function keyOfDamaged(layout: KeyLayout, row: DamagedRow): Buffer {
  return (row.key ?? keyOf)(layout, hourOfDamaged(row));
}

/** Puts the rows into a data table. @param rows absent: all */
export async function damage(storage: Storage, table: string, layout: KeyLayout, rows = DAMAGED_ROWS): Promise<void> {
  for (const row of rows) {
    const cells = new PackedCells();
    const timestamps = row.cells.map(({ time = 0 }) => WRITTEN + time);
    for (const { qualifier, value } of row.cells) cells.add(Buffer.from(qualifier, 'hex'), Buffer.from(value, 'hex'));
    const [failure] = await storage.put(table, Buffer.from('t'), [{ row: keyOfDamaged(layout, row), cells, timestamps }]);
    if (failure !== undefined) throw failure.error;
  }
}
