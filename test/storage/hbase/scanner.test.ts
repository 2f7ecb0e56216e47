import { PackedCells, type Row, type ScanOptions } from '../../../src/storage';
import { CellBlockWriter, packedCellsWireLength } from '../../../src/storage/hbase/cell-block';
import type { CallResponse } from '../../../src/storage/hbase/call';
import { CongestionWindow } from '../../../src/storage/hbase/congestion';
import { Deadline } from '../../../src/storage/hbase/deadline';
import { ConnectionLostError, RemoteException } from '../../../src/storage/hbase/errors';
import { serverScan } from '../../../src/storage/hbase/filters';
import { ProtoReader, ProtoWriter } from '../../../src/storage/hbase/protobuf';
import { type Region, regionHolds, regionSpecifier } from '../../../src/storage/hbase/region';
import { RegionDirectory } from '../../../src/storage/hbase/regions';
import { FailureHandler } from '../../../src/storage/hbase/retry';
import { RegionScan } from '../../../src/storage/hbase/scanner';
import { until } from '../../support/until';

const T = Buffer.from('t');
const P = 'org.apache.hadoop.hbase.';

/** [row, first qualifier, cells, goes on, bytes of each value] */
type Result = [row: string, from: number, size: number, partial?: boolean, valueBytes?: number];

interface Answer {
  results?: Result[];
  moreResults?: boolean;
  moreInRegion?: boolean;
  error?: Error;
}

function encode({ results = [], moreResults = true, moreInRegion = true }: Answer): CallResponse {
  const w = new ProtoWriter();
  for (const [, , size] of results) w.uint(1, size);
  w.uint64(2, 77n).bool(3, moreResults);
  for (const [, , , partial] of results) w.bool(7, partial === true);
  w.bool(8, moreInRegion);
  const rows = results.map(([row, from, size, , valueBytes = 1]) => {
    const cells = new PackedCells();
    for (let i = from; i < from + size; i++) cells.add(Buffer.of(i), Buffer.alloc(valueBytes, i));
    return { row: Buffer.from(row), cells };
  });
  const block = new CellBlockWriter(rows.reduce((sum, { row, cells }) => sum + packedCellsWireLength(row, T, cells), 0));
  for (const { row, cells } of rows) block.putRow(row, T, cells);
  return { param: w.finish(), cells: block.bytes, frame: block.bytes };
}

/** What a request says: where it opens, or which call on the scanner it is. */
function describeRequest(param: Buffer): string {
  const reader = new ProtoReader(param);
  let text = '';
  reader.each((field) => {
    if (field === 2) {
      const scan = reader.message();
      let start = '';
      let included = true;
      let pread = false;
      let only = false;
      scan.each((f) => {
        if (f === 3) start = scan.string();
        else if (f === 22) only = scan.bool();
        else if (f === 21) included = scan.bool();
        else if (f === 23) pread = scan.uint() === 2;
        else return false;
        return true;
      });
      text += `open ${pread ? '' : 'stream '}${only ? 'only ' : ''}${included ? 'at' : 'behind'} ${start || '-'}`;
    } else if (field === 3) text += reader.uint64() === 77n ? 'next' : 'wrong scanner';
    else if (field === 5) text = reader.bool() ? text.replace('next', 'close') : text;
    else if (field === 6) text += ` #${reader.uint()}`;
    else return false;
    return true;
  });
  return text;
}

function region(start: string, end: string): Region {
  const name = Buffer.from(`t,${start}.md5.`);
  return {
    table: 't',
    name,
    startKey: Buffer.from(start),
    endKey: Buffer.from(end),
    server: { host: 'h', port: 1 },
    specifier: regionSpecifier(name),
  };
}

/** Runs a scan against a script of answers. */
function scanWith(answers: Answer[], regions = [region('', '')], options: Partial<ScanOptions> = {}) {
  const range = { start: Buffer.alloc(0), stop: Buffer.alloc(0), ...options };
  const requests: string[] = [];
  let lookups = 0;
  const directory = new RegionDirectory({
    find: (_, row) => {
      lookups++;
      return Promise.resolve(regions.find((r) => regionHolds(r, row)) as Region);
    },
    list: () => Promise.resolve(regions),
  });
  const scan = new RegionScan(
    {
      directory,
      handler: new FailureHandler(directory, () => directory.invalidateServer('h:1')),
      window: () => new CongestionWindow(4, 1000),
      call: (_, param) => {
        const request = describeRequest(param);
        requests.push(request);
        if (request.startsWith('close')) return Promise.resolve(encode({}));
        const answer = answers.shift();
        if (answer === undefined) return Promise.reject(new Error('asked for more than there is'));
        return answer.error ? Promise.reject(answer.error) : Promise.resolve(encode(answer));
      },
      rpcTimeoutMs: 1000,
      maxAttempts: 4,
      maxResultBytes: 1000,
      onRpc: () => undefined,
      onStart: () => undefined,
      onEnd: () => undefined,
    },
    {
      table: 't',
      options: range,
      server: serverScan(range),
      newDeadline: () => new Deadline(undefined, 60_000),
    },
  );
  return { scan, requests, lookups: () => lookups };
}

async function readAll(scan: RegionScan): Promise<string[]> {
  const rows: Row[] = [];
  for await (const batch of scan.batches()) rows.push(...batch);
  return rows.map((row) => `${String(row.key)}:${Array.from({ length: row.size }, (_, i) => row.qualifier(i)[0]).join('')}`);
}

const END: Answer = { moreInRegion: false };

describe('a scan', () => {
  it('takes neither an empty nor a short answer for the end', async () => {
    const { scan, requests } = scanWith([{}, { results: [['a', 0, 1]] }, {}, {}, { results: [['b', 0, 2]] }, END]);
    expect(await readAll(scan)).toEqual(['a:0', 'b:01']);
    expect(requests).toEqual(['open at - #0', 'next #1', 'next #2', 'next #3', 'next #4', 'next #5']);
  });

  it('puts rows together over any number of answers', async () => {
    const { scan } = scanWith([
      {
        results: [
          ['a', 0, 2],
          ['b', 0, 1, true],
        ],
      },
      { results: [['b', 1, 2, true]] },
      {},
      {
        results: [
          ['b', 3, 1],
          ['c', 0, 1, true],
        ],
      },
      { results: [['d', 0, 1, true]] },
      END,
    ]);
    expect(await readAll(scan)).toEqual(['a:01', 'b:0123', 'c:0', 'd:0']);
  });

  it.each([
    ['its lease', new RemoteException(`${P}UnknownScannerException`, 'gone', true)],
    ['its turn', new RemoteException(`${P}exceptions.OutOfOrderScannerNextException`, 'gone', true)],
    ['its region', new RemoteException(`${P}NotServingRegionException`, 'gone')],
    ['its server', new ConnectionLostError('h:1', 'was cut', true)],
  ])('that has lost %s opens another scanner behind the last whole row', async (_, error) => {
    const { scan, requests } = scanWith([
      {
        results: [
          ['a', 0, 2],
          ['b', 0, 1, true],
        ],
      },
      { error },
      {
        results: [
          ['b', 0, 3],
          ['c', 0, 1],
        ],
      },
      END,
    ]);
    expect(await readAll(scan)).toEqual(['a:01', 'b:012', 'c:0']);
    expect(requests.filter((request) => request.startsWith('open'))).toEqual(['open at - #0', 'open behind a #0']);
  });

  it('goes from region to region, and stops where it should', async () => {
    const regions = [region('', 'b'), region('b', 'd'), region('d', '')];
    const { scan, requests } = scanWith([{ results: [['a', 0, 1]], ...END }, END, { results: [['d', 0, 1]], moreResults: false }], regions);
    expect(await readAll(scan)).toEqual(['a:0', 'd:0']);
    expect(requests).toEqual(['open at - #0', 'open at b #0', 'open at d #0']);
    const short = scanWith([{ results: [['a', 0, 1]], ...END }, END], regions, { stop: Buffer.from('d') });
    expect(await readAll(short.scan)).toEqual(['a:0']);
  });

  it('looks a region up again that has split', async () => {
    const regions = [region('', '')];
    const { scan, lookups } = scanWith(
      [
        { results: [['a', 0, 1]] },
        { error: new RemoteException(`${P}NotServingRegionException`, '') },
        { results: [['b', 0, 1]], ...END },
        END,
      ],
      regions,
    );
    const reading = readAll(scan);
    regions.splice(0, 1, region('', 'c'), region('c', ''));
    expect(await reading).toEqual(['a:0', 'b:0']);
    expect(lookups()).toBeGreaterThan(0);
  });

  it('ends with an error, not with fewer rows, when nothing helps', async () => {
    const error = new RemoteException(`${P}UnknownScannerException`, 'gone');
    const { scan } = scanWith([{ results: [['a', 0, 1]] }, ...Array.from({ length: 4 }, () => ({ error }))]);
    await expect(readAll(scan)).rejects.toThrow(
      /scan on t failed \(row 61, server h:1, 4 attempts, \d+ ms\): UnknownScannerException: gone/,
    );
    const fatal = scanWith([{ error: new RemoteException(`${P}DoNotRetryIOException`, 'no such filter') }]);
    await expect(readAll(fatal.scan)).rejects.toThrow(/1 attempt,.*no such filter/);
  });

  it('waits for a region that is opening, longer than for one that fails', async () => {
    const error = new RemoteException(`${P}exceptions.RegionOpeningException`, 'Region t is opening on h');
    const { scan } = scanWith([...Array.from({ length: 5 }, () => ({ error })), { results: [['a', 0, 1]], ...END }]);
    expect(await readAll(scan)).toEqual(['a:0']);
  });

  it('reads streams once it has read much, from behind the last whole row', async () => {
    const half = 2 * 1024 * 1024;
    const { scan, requests } = scanWith([
      { results: [['a', 0, 1, false, half]] },
      {
        results: [
          ['b', 0, 1, false, half],
          ['c', 0, 1, true],
        ],
      },
      {
        results: [
          ['c', 1, 1],
          ['d', 0, 1],
        ],
      },
      { results: [['e', 0, 1]] },
      END,
    ]);
    expect(await readAll(scan)).toEqual(['a:0', 'b:0', 'c:01', 'd:0', 'e:0']);
    expect(requests).toEqual(['open at - #0', 'next #1', 'next #2', 'close', 'open stream behind d #0', 'next #1']);
  });

  it('leaves the way of reading to a server that filters', async () => {
    const { scan, requests } = scanWith([END], undefined, { withoutValues: true });
    expect(await readAll(scan)).toEqual([]);
    expect(requests).toEqual(['open stream at - #0']);
  });

  it('closes the scanner when its reader stops, after the call that is under way', async () => {
    const { scan, requests } = scanWith([{ results: [['a', 0, 1]] }, { results: [['b', 0, 1]] }]);
    for await (const rows of scan.batches()) if (rows.length > 0) break;
    await until(() => requests.includes('close'));
    expect(requests).toEqual(['open at - #0', 'next #1', 'close']);
  });

  it('asks for one row as one, until it has it', async () => {
    const one = { start: Buffer.from('a'), stop: Buffer.from('a\0') };
    const { scan, requests } = scanWith(
      [{ error: new ConnectionLostError('h:1', 'is closed', true) }, { results: [['a', 0, 2]], ...END }],
      undefined,
      one,
    );
    expect(await readAll(scan)).toEqual(['a:01']);
    expect(requests).toEqual(['open only at a #0', 'open only at a #0']);
    const parts = scanWith([{ results: [['a', 0, 1, true]] }, { results: [['a', 1, 1]] }, END], undefined, one);
    expect(await readAll(parts.scan)).toEqual(['a:01']);
    const none = scanWith([END], [region('', 'b'), region('b', '')], one);
    expect(await readAll(none.scan)).toEqual([]);
    expect(none.requests).toEqual(['open only at a #0']);
  });
});
