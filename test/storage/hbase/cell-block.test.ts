import fc from 'fast-check';
import { PackedCells, Row } from '../../../src/storage';
import {
  CELL_DELETE_COLUMN,
  CellBlockWriter,
  cellWireLength,
  joinCells,
  packedCellsWireLength,
  readCellBlock,
  readProtoCells,
} from '../../../src/storage/hbase/cell-block';
import { ProtoReader, ProtoWriter } from '../../../src/storage/hbase/protobuf';

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((b) => Buffer.from(b));
const cell = fc.record({ qualifier: bytes(70), value: bytes(70), timestamp: fc.nat({ max: 2 ** 48 }) });
const rowOfCells = fc.record({ row: bytes(60), cells: fc.array(cell, { maxLength: 8 }) });

describe('cell blocks', () => {
  it('writes a cell as KeyValueCodec does', () => {
    const row = Buffer.from('r');
    const family = Buffer.from('t');
    const packed = PackedCells.of(Buffer.from('qq'), Buffer.from('val'));
    const w = new CellBlockWriter(packedCellsWireLength(row, family, packed));
    w.putRow(row, family, packed);
    // length 27 | key 16 | value 3 | row length, row | family length, family | qualifier | Long.MAX_VALUE | Put | value
    expect(w.bytes.toString('hex')).toBe('0000001b0000001000000003' + '000172' + '0174' + '7171' + '7fffffffffffffff' + '04' + '76616c');
    expect(w.length).toBe(w.bytes.length);
  });

  it('writes a delete marker for all versions of a column', () => {
    const [row, family, qualifier] = ['r', 't', 'q'].map((s) => Buffer.from(s));
    const w = new CellBlockWriter(cellWireLength(row, family, 1, 0));
    w.marker(row, family, qualifier, CELL_DELETE_COLUMN);
    expect(w.bytes.toString('hex')).toBe('000000170000000f00000000' + '000172' + '0174' + '71' + '7fffffffffffffff' + '0c');
  });

  it('reads back what it wrote, timestamps to the millisecond', () => {
    fc.assert(
      fc.property(fc.array(rowOfCells, { maxLength: 6 }), bytes(5), (rows, family) => {
        const packed = rows.map(({ cells }) => cells.reduce((p, { qualifier, value }) => p.add(qualifier, value), new PackedCells()));
        const size = rows.reduce((sum, { row }, i) => sum + packedCellsWireLength(row, family, packed[i]), 0);
        const w = new CellBlockWriter(size);
        rows.forEach(({ row, cells }, i) =>
          w.putRow(
            row,
            family,
            packed[i],
            cells.map(({ timestamp }) => timestamp),
          ),
        );
        expect(w.length).toBe(size);
        const all = rows.flatMap(({ row, cells }) => cells.map((c) => ({ row, ...c })));
        const block = readCellBlock(w.bytes, all.length);
        const view = new Row(Buffer.alloc(0), block, 0, all.length);
        all.forEach((c, i) => {
          expect(block.rowKey(i).equals(c.row)).toBe(true);
          expect(view.family(i).equals(family)).toBe(true);
          expect(view.qualifier(i).equals(c.qualifier)).toBe(true);
          expect(view.value(i).equals(c.value)).toBe(true);
          expect(view.timestamp(i)).toBe(c.timestamp);
        });
      }),
    );
  });

  it('refuses damaged blocks and wrong counts instead of making up cells', () => {
    const packed = new PackedCells().add(Buffer.from('q'), Buffer.from('v')).add(Buffer.from('r'), Buffer.from('w'));
    const w = new CellBlockWriter(packedCellsWireLength(Buffer.from('row'), Buffer.from('t'), packed));
    w.putRow(Buffer.from('row'), Buffer.from('t'), packed);
    expect(() => readCellBlock(w.bytes, 3)).toThrow(RangeError);
    expect(() => readCellBlock(w.bytes, 1)).toThrow(RangeError);
    expect(() => readCellBlock(w.bytes.subarray(0, w.length - 1), 2)).toThrow(RangeError);
    fc.assert(
      fc.property(fc.nat({ max: 11 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = Buffer.from(w.bytes);
        damaged[at] = value;
        try {
          const block = readCellBlock(damaged, 2);
          for (const offset of block.index) expect(offset).toBeLessThanOrEqual(damaged.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  it('joins the parts of a row into one block', () => {
    const part = (from: number, count: number) => {
      const packed = new PackedCells();
      for (let i = from; i < from + count; i++) packed.add(Buffer.of(i), Buffer.alloc(i % 7, i));
      const w = new CellBlockWriter(packedCellsWireLength(Buffer.from('r'), Buffer.from('t'), packed));
      w.putRow(
        Buffer.from('r'),
        Buffer.from('t'),
        packed,
        Array.from({ length: count }, (_, i) => 1000 + from + i),
      );
      return { block: readCellBlock(w.bytes, count), first: 0, size: count };
    };
    const second = part(10, 20);
    const joined = new Row(Buffer.from('r'), joinCells([part(0, 10), { ...second, first: 5, size: 15 }]), 0, 25);
    const numbers = [...Array(10).keys(), ...Array.from({ length: 15 }, (_, i) => 15 + i)];
    numbers.forEach((n, i) => {
      expect(joined.qualifier(i)).toEqual(Buffer.of(n));
      expect(joined.value(i)).toEqual(Buffer.alloc(n % 7, n));
      expect(joined.timestamp(i)).toBe(1000 + n);
    });
  });

  it('reads cells that come as messages', () => {
    const w = new ProtoWriter();
    const mark = w.begin(1);
    w.string(1, 'row').string(2, 't').string(3, 'q').uint(4, 1700000000123).uint(5, 4).string(6, 'value').end(mark);
    const message = Buffer.concat([Buffer.from('xx'), w.finish()]).subarray(2);
    const reader = new ProtoReader(message);
    reader.tag();
    const row = new Row(Buffer.from('row'), readProtoCells(message, [reader.message()]), 0, 1);
    expect([row.family(0), row.qualifier(0), row.value(0)].map(String)).toEqual(['t', 'q', 'value']);
    expect(row.timestamp(0)).toBe(1700000000123);
  });
});
