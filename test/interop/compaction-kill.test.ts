import { setTimeout as sleep } from 'node:timers/promises';
import { baseTimeOfKey, DEFAULT_LAYOUT } from '../../src/schema';
import { PointsBuilder } from '../../src/query/series';
import { RowDecoder } from '../../src/query/source/row-decoder';
import type { Row } from '../../src/storage';
import { describeWithHBase } from './support/needs';
import { OurTsd } from './support/our-tsd';
import { tableNames, TestTables } from './support/tables';
import { eventually, TsdClient, type AnsweredSeries } from './support/tsd-client';

jest.setTimeout(600_000);

const HOUR = 3600;
const BASE = 1_700_000_000 - (1_700_000_000 % HOUR);
const SERIES = 200;
const HOURS = 10;
const ROWS = SERIES * HOURS;
/** Points that every row has before it is compacted for the first time; every kill comes after one more. */
const FIRST_POINTS = 8;
const POINTS_A_REQUEST = 200;
/** Kills while the queue is worked off at its pace; after them, kills while the daemon works it off as fast as it can because it stops. */
const PACED_KILLS = 2;
/** Kills that must have left rows between the put of their merged cell and the delete of the others, and kills in all at most. */
const HALF_DONE_KILLS = 4;
const MOST_KILLS = 20;
const METRIC = 'killed.compaction';

const SETTINGS = {
  'tsd.core.auto_create_metrics': 'true',
  'tsd.storage.compaction.flush_interval': '1',
  'tsd.storage.compaction.min_flush_threshold': '10',
  'tsd.storage.compaction.flush_speed': '3600',
  'tsd.storage.compaction.rest': '5',
};

interface Sample {
  /** Milliseconds. */
  timestamp: number;
  value: number;
}

/** The i-th point that a row gets: in no order of time, seconds and milliseconds, integers and floats. */
function sampleOf(series: number, hour: number, i: number): Sample {
  const ms = i % 3 === 0;
  const second = BASE + hour * HOUR + ((i * 1009) % HOUR);
  return { timestamp: second * 1000 + (ms ? 257 : 0), value: (series * HOURS + hour) * 100 + i + (i % 4 === 1 ? 0.5 : 0) };
}

/** The first points of a row, in the order of time. */
function samplesOf(series: number, hour: number, points: number): Sample[] {
  return Array.from({ length: points }, (_, i) => sampleOf(series, hour, i)).sort((a, b) => a.timestamp - b.timestamp);
}

/** Bytes of the qualifier of a cell that holds so many points of a row. */
const qualifierBytes = (points: number): number => 2 * points + 2 * Math.ceil(points / 3);

describeWithHBase('a daemon that is killed (-9) while it compacts', (quorum) => {
  const prefix = `ckill${process.pid}_`;
  let tables: TestTables;
  let daemon: OurTsd;
  /** Points that every row has. */
  let points = 0;

  const start = async (): Promise<void> => void (daemon = await OurTsd.start({ quorum, prefix, settings: SETTINGS }));
  beforeAll(async () => {
    tables = await TestTables.connect(quorum);
    await tables.create(prefix);
    await start();
  });
  afterAll(async () => {
    await daemon.stop('SIGKILL');
    await tables.close();
  });

  /** One more point in every row, acknowledged. */
  async function addPoint(): Promise<void> {
    const client = new TsdClient(daemon.port);
    const i = points++;
    const body = Array.from({ length: ROWS }, (_, row) => {
      const { timestamp, value } = sampleOf(Math.floor(row / HOURS), row % HOURS, i);
      const time = timestamp % 1000 === 0 ? timestamp / 1000 : timestamp;
      return { metric: METRIC, timestamp: time, value, tags: { series: `s${Math.floor(row / HOURS)}` } };
    });
    for (let at = 0; at < ROWS; at += POINTS_A_REQUEST) await client.call('/api/put?sync', body.slice(at, at + POINTS_A_REQUEST));
  }

  /** Kills it at the pace of the queue, some milliseconds after it has begun to delete. */
  async function killAtItsPace(afterMs: number): Promise<void> {
    const client = new TsdClient(daemon.port);
    const deletes = async (): Promise<number> =>
      Number(/compaction\.deletes","timestamp":\d+,"value":"?(\d+)/.exec(await client.call('/api/stats'))?.[1]);
    const before = await deletes();
    await eventually(async () => expect(await deletes()).toBeGreaterThan(before));
    await sleep(afterMs);
    await daemon.stop('SIGKILL');
  }

  /** Kills it some milliseconds after it has begun to empty its queue since it is to stop. */
  async function killAtTheEnd(afterMs: number): Promise<void> {
    void daemon.stop('SIGTERM');
    while (daemon.running && !daemon.log.includes('Flushing all old outstanding rows')) await sleep(2);
    await sleep(afterMs);
    await daemon.stop('SIGKILL');
  }

  /** Looks at every row as it is in the table: it must decode to its points. @returns rows by the state they are in */
  async function rowsByState(): Promise<{ untouched: number; halfDone: number; done: number }> {
    const found = { untouched: 0, halfDone: 0, done: 0 };
    const decoder = new RowDecoder({ fixDuplicates: false, dateTiered: false, useMaxValue: true });
    const values = new Set<string>();
    const table = tableNames(prefix)['tsd.storage.hbase.data_table'];
    for await (const rows of tables.storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
      for (const row of rows) {
        const baseTime = baseTimeOfKey(DEFAULT_LAYOUT, row.key);
        const decoded = new PointsBuilder();
        decoder.decode(row, baseTime, decoded);
        // The values say of which series they are.
        const series = Math.floor(decoded.values[0] / 100 / HOURS);
        const hour = (baseTime - BASE) / HOUR;
        const samples = Array.from(decoded.values.subarray(0, decoded.size), (value, i) => ({ timestamp: decoded.timestamps[i], value }));
        expect(samples).toEqual(samplesOf(series, hour, points));
        values.add(`${series} ${hour}`);
        found[stateOf(row)]++;
      }
    expect(values.size).toBe(ROWS);
    return found;
  }

  function stateOf(row: Row): 'untouched' | 'halfDone' | 'done' {
    if (row.size === 1) return 'done';
    for (let i = 0; i < row.size; i++) if (row.qualifierLength(i) === qualifierBytes(points)) return 'halfDone';
    return 'untouched';
  }

  /** Every point exactly once, says a daemon that has just started. */
  async function readsAll(): Promise<void> {
    const query = `/api/query?start=${BASE}&end=${BASE + HOURS * HOUR}&ms=true&arrays=true&m=none:${METRIC}`;
    const answer = JSON.parse(await new TsdClient(daemon.port).call(query)) as AnsweredSeries[];
    const found = new Map(answer.map(({ tags, dps }) => [tags.series, dps]));
    expect(found.size).toBe(SERIES);
    for (let series = 0; series < SERIES; series++) {
      const samples = Array.from({ length: HOURS }, (_, hour) => samplesOf(series, hour, points)).flat();
      expect(found.get(`s${series}`)).toEqual(samples.map(({ timestamp, value }) => [timestamp, value]));
    }
  }

  it('leaves every row readable, none worse than before, and the next daemon ends the work', async () => {
    for (let i = 0; i < FIRST_POINTS; i++) await addPoint();
    const kills: { untouched: number; halfDone: number; done: number }[] = [];
    const enough = (): boolean =>
      kills.length > PACED_KILLS && kills.filter(({ untouched, halfDone }) => untouched > 0 && halfDone > 0).length >= HALF_DONE_KILLS;
    while (!enough() && kills.length < MOST_KILLS) {
      await addPoint();
      if (kills.length < PACED_KILLS) await killAtItsPace(kills.length * 50);
      else await killAtTheEnd((kills.length * 37) % 200);
      kills.push(await rowsByState());
      await start();
      await readsAll();
    }
    if (process.env.FAULT_REPORT)
      console.info(
        `rows after each kill: ${kills.map(({ untouched, halfDone, done }) => `${untouched}/${halfDone}/${done}`).join(' ')} (untouched/half done/done)`,
      );
    expect(enough()).toBe(true);
    await addPoint();
    expect(await daemon.stop()).toBe(143);
    expect(await rowsByState()).toEqual({ untouched: 0, halfDone: 0, done: ROWS });
    await start();
    await readsAll();
  });
});
