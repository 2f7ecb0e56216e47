import { ProtoWriter, ProtoReader } from '../../../src/storage/hbase/protobuf';
import { FakeServer, type FakeCall } from '../../storage/hbase/fake-server';
import { FakeZooKeeper } from '../../storage/hbase/fake-zookeeper';
import { AnswerCells, KeptTable } from './kept-table';
import { metaRows } from './meta-rows';
import { answerMulti } from './multi';
import { MUTATE_INCREMENT, readGet, readMutateCall, readScanCall, readTable } from './requests';
import { zooKeeperNodes } from './zookeeper-nodes';

const META = 'hbase:meta';
const DO_NOT_RETRY = 'org.apache.hadoop.hbase.DoNotRetryIOException';
const HOST = '127.0.0.1';
/** Rows of an answer to a scan. */
const MOST_ROWS = 10_000;

export interface SinkOptions {
  /** Of ZooKeeper; 0: any. */
  port?: number;
  /** Tables whose cells are kept, for names to work. */
  keep?: RegExp;
}

/** A scan under way. */
type OpenScan = Generator<[string, Parameters<AnswerCells['add']>[1]]>;

/**
 * Speaks HBase's protocol and stores nothing, so that a TSD can be measured alone: ZooKeeper, hbase:meta and one region server in one process. Every table exists and has
 * one region. Only the cells of kept tables can be read again; those of all others are counted and forgotten, and appends, which only those get, with them.
 */
export class HBaseSink {
  /** Cells of mutations that were thrown away, by table. */
  readonly discarded = new Map<string, number>();
  private readonly kept = new Map<string, KeptTable>();
  private readonly scans = new Map<number, OpenScan>();
  private lastScan = 0;
  private zooKeeper: FakeZooKeeper | null = null;
  private server: FakeServer | null = null;
  private readonly count = (table: string, cells: number): void => void this.discarded.set(table, (this.discarded.get(table) ?? 0) + cells);
  private readonly tableOf = (name: string): KeptTable | null => this.table(name);

  private constructor(private readonly keep: RegExp) {}

  static async start({ port = 0, keep = /uid$/ }: SinkOptions = {}): Promise<HBaseSink> {
    const sink = new HBaseSink(keep);
    sink.server = await FakeServer.start((call) => sink.answer(call), { remember: false });
    sink.zooKeeper = await FakeZooKeeper.start(zooKeeperNodes(HOST, sink.server.port), port);
    return sink;
  }

  /** What `tsd.storage.hbase.zk_quorum` has to be. */
  get quorum(): string {
    return this.zooKeeper?.address ?? '';
  }

  async stop(): Promise<void> {
    await Promise.all([this.zooKeeper?.stop(), this.server?.stop()]);
  }

  private table(name: string): KeptTable | null {
    const known = this.kept.get(name);
    if (known !== undefined || !this.keep.test(name)) return known ?? null;
    const table = new KeptTable();
    this.kept.set(name, table);
    return table;
  }

  private answer(call: FakeCall): void {
    try {
      const { param, cells } = this.answerTo(call);
      call.reply(param, { cells });
    } catch (error) {
      call.fail(DO_NOT_RETRY, error instanceof Error ? error.message : String(error));
    }
  }

  private answerTo({ method, param, cells }: FakeCall): { param: Buffer; cells: Buffer } {
    switch (method) {
      case 'Multi':
        return answerMulti(param, cells, this.tableOf, this.count);
      case 'Get':
        return this.get(param);
      case 'Mutate':
        return this.mutate(param);
      case 'Scan':
        return this.scan(param);
      default:
        throw new Error(`the sink has no ${method}`);
    }
  }

  /** GetRequest: region 1, get 2. GetResponse: result 1 {associated_cell_count 2}. */
  private get(param: Buffer): { param: Buffer; cells: Buffer } {
    const request = new ProtoReader(param);
    const found = new AnswerCells();
    let table: KeptTable | null = null;
    request.each((field) => {
      if (field === 1) table = this.table(readTable(request.message()));
      else if (field === 2) {
        const message = readGet(request.message());
        found.add(message.row, table?.get(message) ?? []);
      } else return false;
      return true;
    });
    return { param: rowAnswer(found.cellsPerRow[0] ?? 0).finish(), cells: found.finish() };
  }

  /** MutateResponse: result 1, processed 2. */
  private mutate(param: Buffer): { param: Buffer; cells: Buffer } {
    const call = readMutateCall(param);
    const table = this.table(call.table);
    if (table === null) {
      this.count(call.table, 1);
      return { param: new ProtoWriter().bool(2, true).finish(), cells: Buffer.alloc(0) };
    }
    const { processed, cell } = table.mutate(call);
    const found = new AnswerCells();
    if (call.type === MUTATE_INCREMENT) found.add(call.row, [cell]);
    return {
      param: rowAnswer(found.cellsPerRow[0] ?? 0)
        .bool(2, processed)
        .finish(),
      cells: found.finish(),
    };
  }

  private scan(param: Buffer): { param: Buffer; cells: Buffer } {
    const { table: name, scan, rows, close, scannerId } = readScanCall(param);
    if (scan !== null && name === META) return scanAnswer(metaRows(scan, `${HOST}:${this.server?.port}`), null);
    const table = this.table(name);
    let id = scannerId;
    if (scan !== null) {
      if (table === null) return scanAnswer(new AnswerCells(), null);
      if (scan.filtered) throw new Error('the sink knows no filters');
      this.scans.set((id = ++this.lastScan), table.scan(scan));
    }
    const found = new AnswerCells();
    const open = this.scans.get(id);
    let ended = open === undefined;
    for (const most = Math.min(rows, MOST_ROWS); !ended && found.cellsPerRow.length < most;) {
      const next = open?.next();
      if (next === undefined || next.done === true) ended = true;
      else found.add(...next.value);
    }
    if (ended || close) this.scans.delete(id);
    return scanAnswer(found, ended || close ? null : id);
  }
}

function rowAnswer(cells: number): ProtoWriter {
  const w = new ProtoWriter();
  const result = w.begin(1);
  if (cells > 0) w.uint(2, cells);
  return w.end(result);
}

/** ScanResponse: cells_per_result 1, scanner_id 2, more_results 3, more_results_in_region 8. @param id null: the scan has ended */
function scanAnswer(rows: AnswerCells, id: number | null): { param: Buffer; cells: Buffer } {
  const w = new ProtoWriter(16 + rows.cellsPerRow.length * 3);
  for (const cells of rows.cellsPerRow) w.uint(1, cells);
  if (id !== null) w.uint(2, id);
  return {
    param: w
      .bool(3, id !== null)
      .bool(8, id !== null)
      .finish(),
    cells: rows.finish(),
  };
}
