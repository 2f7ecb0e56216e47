import { availableParallelism } from 'node:os';
import { workersOf } from '../../src/tools/tsd-workers';
import { RestartPause } from '../../src/workers/restart-pause';
import { workerCount } from '../../src/workers/worker-count';
import { WorkerCounts } from '../../src/workers/worker-counts';
import { LogRelay } from '../../src/workers/log-relay';
import { shareOfCompaction, shareOfMeta, shareOfUids } from '../../src/app/shares';
import { LayeredConfig } from '../../src/config';
import { readCompactionSettings, readMetaSettings, readUidSettings } from '../../src/config/settings';
import { LogSystem } from '../../src/util/logger';
import type { LogEvent } from '../../src/util/log-ring';

describe('how many workers there are', () => {
  it.each([
    [null, 'embedded', 16, 1],
    [null, 'hbase', 16, 8],
    [null, 'hbase', 2, 2],
    [null, 'hbase', 1, 1],
    [1, 'hbase', 16, 1],
    [3, 'embedded', 2, 3],
    [8, 'hbase', 2, 8],
    [9, 'hbase', 2, 8],
    [20, 'hbase', 16, 20],
    [33, 'hbase', 16, 32],
    [1000, 'hbase', 128, 64],
  ] as const)('%p on %s and %i cores: %i', (wanted, engine, cores, workers) => {
    const count = workerCount(wanted, engine, cores);
    expect(count.workers).toBe(workers);
    expect(count.remark === null).toBe(wanted === null || wanted === workers);
  });
});

it('a worker that does not last is waited for longer and longer', () => {
  const pause = new RestartPause();
  expect([0, 100, 0, 0, 0, 0, 0, 0, 0].map((lived) => pause.next(lived))).toEqual([0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect([60_000, 10, 10].map((lived) => pause.next(lived))).toEqual([0, 500, 1000]);
});

it('divides what is remembered', () => {
  const config = new LayeredConfig([
    ['tsd.core.meta.enable_tsuid_tracking', 'true'],
    ['tsd.uid.lru.enable', 'true'],
  ]);
  expect(shareOfCompaction(readCompactionSettings(config), 4).queueBytes).toBe(32 << 20);
  expect(shareOfMeta(readMetaSettings(config), 4).tracking?.bytes).toBe(16 << 20);
  expect(shareOfMeta(readMetaSettings(new LayeredConfig()), 4).tracking).toBeNull();
  expect(shareOfUids(readUidSettings(config), 4).cacheLimits).toEqual({ names: 1_250_000, ids: 1_250_000 });
  expect(shareOfUids(readUidSettings(new LayeredConfig()), 4).cacheLimits).toBeNull();
});

it('numbers that have changed are told together, and what the others have is known', () => {
  const told: unknown[] = [];
  const counts = new WorkerCounts((changed) => told.push(changed));
  const own = { bytes: 0, queries: 0 };
  const bytes = counts.shared('bytes', () => own.bytes);
  const queries = counts.shared('queries', () => own.queries);
  let changes = 0;
  bytes.onChange(() => changes++);
  counts.look();
  expect(told).toEqual([]);
  own.bytes = 5;
  own.queries = 1;
  counts.look();
  own.bytes = 7;
  counts.look();
  counts.look();
  expect(told).toEqual([
    [
      ['bytes', 5],
      ['queries', 1],
    ],
    [['bytes', 7]],
  ]);
  counts.received([
    ['bytes', 30],
    ['unknown', 1],
  ]);
  counts.received([['bytes', 30]]);
  expect([bytes.elsewhere, queries.elsewhere, changes]).toEqual([30, 0, 1]);
});

it('log events of a turn go together; when they do not leave, further ones are left out and counted', async () => {
  const sent: { events: readonly LogEvent[]; leftOut: number; done: () => void }[] = [];
  const relay = new LogRelay((events, leftOut, done) => sent.push({ events, leftOut, done }));
  const event = { time: 1, level: 'INFO', thread: 'worker-2', logger: 'l', message: 'm', stack: null };
  relay.take(event);
  relay.take(event);
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent.map(({ events }) => events.length)).toEqual([2]);
  for (let i = 0; i < 10_010; i++) relay.take(event);
  relay.flush();
  expect(sent[1].events).toHaveLength(9_998);
  expect(sent[1].leftOut).toBe(12);
  for (const { done } of sent) done();
  relay.take(event);
  relay.flush();
  expect(sent[2]).toMatchObject({ events: [event], leftOut: 0 });
});

it('what a worker logs is written as if it had been logged here; levels are handed on', () => {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line), close: () => Promise.resolve() };
  const primary = new LogSystem({ level: 'WARN', levels: new Map([['a.b', 'DEBUG']]), outputs: [output] });
  const { level, levels } = primary.levels;
  const events: LogEvent[] = [];
  const worker = new LogSystem({ level, levels: new Map(levels), thread: 'worker-7', relay: (event) => events.push(event) });
  worker.get('a.b').debug('told');
  worker.get('a.c').info('not told');
  worker.get('a.c').warn('told, too');
  for (const event of events) primary.take(event);
  expect(lines.map((line) => line.slice(24))).toEqual(['DEBUG [worker-7] b: told', 'WARN  [worker-7] c: told, too']);
  expect(primary.ring.newestFirst().map(({ message }) => message)).toEqual(['told, too', 'told']);
  expect(worker.ring.newestFirst()).toEqual([]);
  primary.setLevel('OFF', 'x.unknown', true);
  expect(primary.levels).toEqual({
    level: 'WARN',
    levels: [
      ['a.b', 'DEBUG'],
      ['x.unknown', 'OFF'],
    ],
  });
});

it('is one where nobody has said a number and a plugin has to see everything', () => {
  const hbase = ['tsd.storage.hbase.zk_quorum', 'localhost'] as const;
  const on = (...more: (readonly [string, string])[]): number => workersOf(new LayeredConfig([hbase, ...more])).workers;
  expect(on()).toBe(Math.min(8, availableParallelism()));
  expect(on(['tsd.rtpublisher.enable', 'true'])).toBe(1);
  expect(on(['tsd.search.enable', 'true'], ['tsd.search.plugin', './own.js'])).toBe(1);
  expect(on(['tsd.rtpublisher.enable', 'true'], ['tsd.network.worker_threads', '3'])).toBe(3);
  expect(on(['tsd.network.worker_threads', ''])).toBe(Math.min(8, availableParallelism()));
  expect(workersOf(new LayeredConfig()).workers).toBe(1);
});
