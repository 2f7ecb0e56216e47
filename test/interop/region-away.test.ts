import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageError } from '../../src/storage';
import { HBaseAdmin, HBaseStorage } from '../../src/storage/hbase';
import type { PointSink } from '../../src/write';
import { writingOn, type Writing } from '../write/support/data-table';
import { describeWithHBase } from './support/needs';
import { figuresOf } from '../support/figures';
import { until } from '../support/until';

jest.setTimeout(120_000);

const REGIONS = 4;
const SERIES = 80;
const T0 = 1699999200;

/** What became of the points of one series. */
class Sink implements PointSink {
  stored_ = 0;
  readonly errors: string[] = [];
  stored(points: number): void {
    this.stored_ += points;
  }
  failed(error: StorageError): void {
    this.errors.push(error.message);
  }
}

describeWithHBase('a region that is away', (zkQuorum) => {
  const prefix = `away_${randomBytes(4).toString('hex')}_`;
  const data = `${prefix}tsdb`;
  const uids = `${prefix}tsdb-uid`;
  let storage: HBaseStorage;
  let admin: HBaseAdmin;
  let writing: Writing;

  beforeAll(async () => {
    storage = HBaseStorage.withOptions({ zkQuorum });
    await storage.open();
    admin = new HBaseAdmin(storage.cluster);
    const splitKeys = Array.from({ length: REGIONS - 1 }, (_, i) => Buffer.of(i + 1));
    await admin.createTable({ name: data, families: [{ name: 't', versions: 1 }], splitKeys });
    await admin.createTable({ name: uids, families: [{ name: 'id' }, { name: 'name' }] });
    writing = writingOn(storage, {
      'tsd.storage.hbase.data_table': data,
      'tsd.storage.hbase.uid_table': uids,
      'tsd.storage.salt.width': '1',
      'tsd.storage.salt.buckets': String(REGIONS),
    });
  });
  afterAll(async () => {
    await writing.writer.close();
    for (const table of [data, uids]) {
      await admin.disableTable(table);
      await admin.deleteTable(table);
    }
    admin.close();
    await storage.close();
  });

  const figure = (name: string): number => figuresOf(writing.writer)[`write.buffer.${name}`];

  it('holds its own points, and those of the others go on being stored', async () => {
    const sinks = Array.from({ length: SERIES }, () => new Sink());
    let step = 0;
    const send = async (): Promise<void> => {
      const time = T0 + step++;
      for (let i = 0; i < SERIES; i++)
        await writing.writer.submitPoint(
          { metric: 'm', timestamp: time, value: '1', tags: new Map([['host', `h${i}`]]) },
          'telnet',
          sinks[i],
        );
    };
    await send();
    await writing.writer.flush();
    expect(sinks.map((sink) => sink.stored_)).toEqual(sinks.map(() => 1));

    const region = await admin.unassignRegion(data, Buffer.of(2, 0));
    // Whatever was on its way when the region went.
    await sleep(1000);
    const before = sinks.map((sink) => sink.stored_);
    for (let i = 0; i < 100; i++) {
      await send();
      await sleep(20);
    }
    const isHeld = (sink: Sink): boolean => sink.stored_ === before[sinks.indexOf(sink)];
    let held = sinks;
    // Those of the others come to be stored, all but what is in the buffer.
    await until(() => {
      held = sinks.filter(isHeld);
      return held.length < SERIES / 2 && sinks.every((sink) => held.includes(sink) || sink.stored_ > 90);
    });
    const others = sinks.filter((sink) => !held.includes(sink));
    // A quarter of the series, about, are in the region.
    expect(held.length).toBeGreaterThan(SERIES / 10);
    expect(figure('points')).toBeLessThan(held.length * step + others.length * 10);

    await admin.assignRegion(region);
    await writing.writer.flush();
    expect(sinks.map((sink) => sink.stored_)).toEqual(sinks.map(() => step));
    expect(sinks.flatMap((sink) => sink.errors)).toEqual([]);
    expect([figure('bytes'), figure('points')]).toEqual([0, 0]);
  });
});
