import fc from 'fast-check';
import { PackedCells, putsOf, type PackedRows } from '../../../src/storage';
import { CellBlockWriter } from '../../../src/storage/hbase/cell-block';
import { multiRequest, type BatchOperation } from '../../../src/storage/hbase/multi-messages';
import { PackedPutOperation, PutOperation } from '../../../src/storage/hbase/operations';
import { regionHolds, type Region } from '../../../src/storage/hbase/region';

interface TestRow {
  key: Uint8Array;
  cells: { qualifier: Uint8Array; value: Uint8Array; time: number }[];
}

/** Rows one after the other in one buffer. */
function packedRows(rows: readonly TestRow[], timed: boolean): PackedRows {
  const packed = rows.map(({ cells }) =>
    cells.reduce((p, { qualifier, value }) => p.add(Buffer.from(qualifier), Buffer.from(value)), new PackedCells(0)),
  );
  const parts = rows.map(({ key }, i) => Buffer.concat([key, packed[i].bytes.subarray(0, packed[i].length)]));
  const bytes = Buffer.concat([Buffer.from('before'), ...parts]);
  const starts = parts.map((_, i) => 6 + parts.slice(0, i).reduce((sum, part) => sum + part.length, 0));
  return {
    size: rows.length,
    bytes: () => bytes,
    keyAt: (i) => starts[i],
    keyLength: (i) => rows[i].key.length,
    cellsLength: (i) => packed[i].length,
    cellCount: (i) => packed[i].count,
    timestamps: (i) => (timed ? rows[i].cells.map(({ time }) => time) : undefined),
    part: (indices) =>
      packedRows(
        indices.map((i) => rows[i]),
        timed,
      ),
  };
}

const region = (startKey: Uint8Array, endKey: Uint8Array): Region => ({
  table: 't',
  name: Buffer.from('t,,1'),
  startKey: Buffer.from(startKey),
  endKey: Buffer.from(endKey),
  server: { host: 'h', port: 1 },
  specifier: Buffer.from('region'),
});

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const row = fc.record({
  key: bytes(1, 60),
  cells: fc.array(fc.record({ qualifier: bytes(0, 5), value: bytes(0, 80), time: fc.nat() }), { minLength: 1, maxLength: 4 }),
});

describe('puts of rows in slabs', () => {
  it('are on the wire what those of objects are', () => {
    const family = Buffer.from('t');
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), fc.boolean(), fc.boolean(), (rows, timed, skipLog) => {
        const packed = packedRows(rows, timed);
        const sent = (operation: BatchOperation): Buffer[] => {
          const indices = rows.map((_, i) => i);
          const cells = new CellBlockWriter(indices.reduce((sum, i) => sum + operation.wireLength(i), 0));
          const param = multiRequest([{ region: region(Buffer.of(), Buffer.of()), operation, indices }], cells, 7);
          expect(cells.length).toBe(cells.bytes.length);
          return [param, cells.bytes, ...indices.map((i) => operation.row(i))];
        };
        expect(sent(new PackedPutOperation(family, packed, skipLog))).toEqual(sent(new PutOperation(family, putsOf(packed), skipLog)));
      }),
    );
  });

  it('go to the region that holds their key', () => {
    const key = bytes(1, 3);
    fc.assert(
      fc.property(key, fc.oneof(key, fc.constant(Buffer.of())), fc.array(row, { minLength: 1, maxLength: 6 }), (start, end, rows) => {
        const held = region(start, end);
        const operation = new PackedPutOperation(Buffer.from('t'), packedRows(rows, false), false);
        const own = new PutOperation(Buffer.from('t'), putsOf(packedRows(rows, false)), false);
        for (let i = 0; i < rows.length; i++)
          expect([operation.isIn(held, i), own.isIn(held, i)]).toEqual(Array(2).fill(regionHolds(held, operation.row(i))));
      }),
    );
  });

  it('name a key that HBase would refuse', () => {
    const problems = [0, 1, 0x7fff, 0x8000].map((length) =>
      new PackedPutOperation(Buffer.from('t'), packedRows([{ key: new Uint8Array(length), cells: [] }], false), false).rowProblem(0),
    );
    expect(problems).toEqual(['Row length is 0', null, null, 'Row length 32768 is > 32767']);
  });
});
