import { createLogger } from 'winston';
import { LayeredConfig } from '../../../../src/config';
import { readCompactionSettings } from '../../../../src/config/settings';
import { DATA_FAMILY, DEFAULT_MERGE, type MergeOptions } from '../../../../src/schema';
import { PointsBuilder } from '../../../../src/query/series';
import { RowDecoder } from '../../../../src/query/source/row-decoder';
import { PackedCells, type Row, type RowPut, type Storage } from '../../../../src/storage';
import { readDataModel } from '../../../../src/tables';
import { createCompaction, type Compaction, type CompactionParts } from '../../../../src/write/compaction';
import { fakeIntervals } from '../../../support/fake-intervals';
import { figuresOf } from '../../../support/figures';

/** How often a compaction looks at its queue. */
const TICK_MS = 200;

export const HOUR = 3600;
/** Base time of the rows that tests write. */
export const BASE = 1_700_000_000 - (1_700_000_000 % HOUR);

/** The key of a series' row. */
export function keyOf(series: number, baseTime = BASE): Buffer {
  const key = Buffer.alloc(13);
  key.writeUIntBE(0x777777, 0, 3);
  key.writeUInt32BE(baseTime, 3);
  key.writeUIntBE(1, 7, 3);
  key.writeUIntBE(series, 10, 3);
  return key;
}

/** Cells as `QUALIFIER=VALUE@TIMESTAMP`, hexadecimal, spaces between; without a timestamp the store's clock. */
export function putOf(key: Buffer, text: string): RowPut {
  const cells = new PackedCells();
  const timestamps: number[] = [];
  for (const cell of text.split(' ')) {
    const [, qualifier, value, timestamp] = /^(\w*)=(\w*)(?:@(\d+))?$/.exec(cell) ?? [];
    cells.add(Buffer.from(qualifier, 'hex'), Buffer.from(value, 'hex'));
    if (timestamp !== undefined) timestamps.push(Number(timestamp));
  }
  return timestamps.length > 0 ? { row: key, cells, timestamps } : { row: key, cells };
}

export async function write(storage: Storage, key: Buffer, text: string): Promise<void> {
  expect(await storage.put('tsdb', DATA_FAMILY, [putOf(key, text)])).toEqual([]);
}

/** The row's cells in the form of `putOf`, timestamps only when asked for. */
export async function read(storage: Storage, key: Buffer, timestamps = false): Promise<string> {
  const row = await storage.get('tsdb', { row: key, family: DATA_FAMILY });
  return row === null ? '' : cells(row, timestamps);
}

function cells(row: Row, timestamps = false): string {
  return Array.from({ length: row.size }, (_, i) => {
    const cell = `${row.qualifier(i).toString('hex')}=${row.value(i).toString('hex')}`;
    return timestamps ? `${cell}@${row.timestamp(i)}` : cell;
  }).join(' ');
}

/** What a query reads in a row: `offset:value` in time order, or the error. */
export async function points(storage: Storage, key: Buffer, merge: MergeOptions = DEFAULT_MERGE): Promise<string> {
  const row = await storage.get('tsdb', { row: key, family: DATA_FAMILY });
  if (row === null) return '';
  const sink = new PointsBuilder();
  try {
    new RowDecoder(merge).decode(row, 0, sink);
  } catch (error) {
    return String(error);
  }
  return Array.from({ length: sink.size }, (_, i) => `${sink.timestamps[i]}:${sink.values[i]}`).join(' ');
}

export interface Compacting {
  compaction: Compaction;
  /** Every line of the log. */
  log: string[];
  figures(): Record<string, number | bigint | string>;
  /** Queues the rows and compacts everything that is old enough. */
  compact(...keys: Buffer[]): Promise<void>;
}

/** A compaction on a store; no row has to rest, and closing takes as long as storage does. */
export function compactingOn(storage: Storage, settings: Record<string, string> = {}, options: Partial<CompactionParts> = {}): Compacting {
  const config = new LayeredConfig(Object.entries(settings));
  const log: string[] = [];
  const logger = createLogger({ silent: true });
  for (const level of ['info', 'warn', 'error'] as const)
    logger[level] = ((message: string) => void log.push(`${level} ${message}`)) as unknown as typeof logger.info;
  const compaction = createCompaction({
    settings: readCompactionSettings(config),
    model: readDataModel(config),
    storage,
    logger,
    quietMs: 0,
    drainMs: 60_000,
    ...options,
  });
  return {
    compaction,
    log,
    figures: () => figuresOf(compaction),
    async compact(...keys) {
      for (const key of keys) compaction.rowWritten(key, key.readUInt32BE(3));
      await compaction.flush(performance.now() + 60_000);
    },
  };
}

/** Time that passes when a test says so, for a compaction's clock and its timer. Ends with `jest.useRealTimers()`. */
export class HandClock {
  private time = Date.now();
  readonly now = (): number => this.time;

  constructor() {
    fakeIntervals();
  }

  /** Lets time pass in steps of the timer. */
  pass(milliseconds = TICK_MS): void {
    for (const end = this.time + milliseconds; this.time < end;) {
      this.time += TICK_MS;
      jest.advanceTimersByTime(TICK_MS);
    }
  }
}
