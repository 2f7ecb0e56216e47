import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_WORKERS } from '../support/worker-settings';
import { TsdLoad } from './support/load';
import { describeWithHBase } from './support/needs';
import { OurTsd } from './support/our-tsd';
import { OwnHBase, type RegionServer } from './support/own-hbase';
import { TcpProxy } from './support/tcp-proxy';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

/** How often every fault comes. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);
const BUFFER_BYTES = 16 << 20;
/** Megabytes: Node itself, the write buffer, and what queries of these tests need; of each further worker Node itself and the room that its heap has. */
const MEMORY = 450 + 200 * (TEST_WORKERS - 1);
const PREFIX = 'faults_';
const DATA = `${PREFIX}tsdb`;
/** The original's form of an error, and its lines by telnet. */
const ERROR_ANSWERS = [
  /^query [45]\d\d \{"error":\{"code":[45]\d\d,"message":".+/,
  /^put [24]\d\d \d+ \{"success":\d+,"failed":\d+,"errors":\[\{"datapoint":\{.*"error":"(Storage exception: |Please throttle).+/,
  /^put: (HBase error|Please throttle writes): .+/,
];

jest.setTimeout(240_000);

describeWithHBase('the daemon under load when HBase is in trouble', () => {
  const settings = {
    'tsd.core.auto_create_metrics': 'true',
    'tsd.storage.salt.width': '1',
    'tsd.storage.salt.buckets': '4',
    'tsd.storage.write_buffer.bytes': String(BUFFER_BYTES),
  };
  let hbase: OwnHBase;
  let tables: TestTables;
  let toServer: TcpProxy;
  let toZooKeeper: TcpProxy;
  let daemon: OurTsd;
  let client: TsdClient;
  let bufferPeak = 0;
  let watching: NodeJS.Timeout;

  beforeAll(async () => {
    // Standing still for 20 seconds is not yet being dead, also when the last ping is a third of a session ago.
    hbase = await OwnHBase.start({ sessionMs: 45_000 });
    tables = await TestTables.connect(hbase.quorum);
    await tables.create(PREFIX, settings);
    toServer = await TcpProxy.to({ host: '127.0.0.1', port: hbase.ports.rs });
    toZooKeeper = await TcpProxy.to({ host: '127.0.0.1', port: hbase.ports.zk });
    daemon = await OurTsd.start({
      quorum: `127.0.0.1:${toZooKeeper.address.port}`,
      prefix: PREFIX,
      settings,
      preload: join(__dirname, 'support', 'route-hook.cjs'),
      env: { ROUTE_FROM: String(hbase.ports.rs), ROUTE_TO: String(toServer.address.port) },
    });
    client = new TsdClient(daemon.port);
    watching = setInterval(() => {
      void client
        .call('/api/stats')
        .then(
          (stats) => (bufferPeak = Math.max(bufferPeak, Number(/write\.buffer\.bytes","timestamp":\d+,"value":"?(\d+)/.exec(stats)?.[1]))),
        )
        .catch(() => undefined);
    }, 250);
  });
  afterAll(async () => {
    clearInterval(watching);
    await daemon?.stop();
    await toServer?.close();
    await toZooKeeper?.close();
    tables?.admin.close();
    await tables?.storage.close();
    await hbase?.stop();
  });

  /** The fault under load, and what must hold during it and afterwards, whatever it was. */
  async function survive(name: string, fault: (load: TsdLoad) => Promise<void>, load: { linesPerSecond?: number } = {}): Promise<TsdLoad> {
    const startedAt = Date.now();
    bufferPeak = 0;
    const running = new TsdLoad(daemon.port, { metric: name.replaceAll(' ', '.'), ...load });
    await eventually(async () => {
      if (running.acknowledged.size < 2000 || running.answered.queries < 2) throw new Error(`no load: ${running.refusals.join('\n')}`);
    });
    /** When the load was there, the fault over, and everything under way again. */
    const took = [Date.now()];
    await fault(running);
    took.push(Date.now());
    // It goes on by itself: more is stored than was under way.
    const { puts, queries } = running.answered;
    await eventually(async () => {
      if (running.answered.puts < puts + 20 || running.answered.queries < queries + 6) throw new Error(`${name}: nothing goes on`);
    }, 90_000);
    took.push(Date.now());
    await running.stop();
    expect(running.incomplete).toEqual([]);
    expect(await running.missing()).toEqual([]);
    for (const refusal of running.refusals) expect(ERROR_ANSWERS.some((form) => form.test(refusal)) ? '' : refusal).toBe('');
    expect(bufferPeak).toBeGreaterThan(0);
    expect(bufferPeak).toBeLessThanOrEqual(BUFFER_BYTES);
    expect(daemon.memory().peak).toBeLessThan(MEMORY);
    expect(daemon.running).toBe(true);
    // What nobody catches is logged, and the daemon goes on: it must not come to that.
    expect(daemon.log).not.toContain('Unexpected exception');
    const seconds = took.map((at, i) => (at - (took[i - 1] ?? startedAt)) / 1000).join(' + ');
    if (process.env.FAULT_REPORT)
      console.info(
        `${name} (${seconds} s): ${running.acknowledged.size} acknowledged of ${running.sent}, ${running.answered.queries} queries, ` +
          `slowest ${JSON.stringify(running.slowest)}, refused ${running.refusals.length}, buffer ${bufferPeak}, ` +
          `memory ${JSON.stringify(daemon.memory())} ${running.refusals[0]?.slice(0, 400) ?? ''}`,
      );
    return running;
  }

  describe.each(Array.from({ length: ROUNDS }, (_, i) => i + 1))('round %i', (round) => {
    it('regions split, close and open', async () => {
      const { refusals } = await survive(`split ${round}`, async () => {
        const { admin } = tables;
        for (const salt of [0, 1]) {
          // In the middle of what the load writes. Regions that were split a moment ago can't be split again yet.
          const row = Buffer.of(salt, 0, 0, round, 0x80 + round);
          await eventually(() => admin.splitRegion(DATA, row), 30_000);
        }
        for (const salt of [0, 2]) {
          const region = await admin.unassignRegion(DATA, Buffer.of(salt, 0, 0, round));
          await sleep(1500);
          await admin.assignRegion(region);
        }
      });
      expect(refusals).toEqual([]);
    });

    const regionsOn = async ({ port }: RegionServer): Promise<number> =>
      (await tables.admin.regions(DATA)).filter(({ server }) => server.port === port).length;

    /** Gives the data table's regions to the server, and sees that the load goes on there. */
    async function moveTo(other: RegionServer, load: TsdLoad): Promise<void> {
      // The master may not know of the other server yet, and then moves nothing.
      await eventually(async () => {
        for (const { startKey, server } of await tables.admin.regions(DATA))
          if (server.port !== other.port) await tables.admin.moveRegion(DATA, startKey);
        expect(await regionsOn(other)).toBeGreaterThanOrEqual(4);
      });
      const { puts } = load.answered;
      await eventually(async () => expect(load.answered.puts).toBeGreaterThan(puts + 10));
      expect(await regionsOn(other)).toBeGreaterThanOrEqual(4);
    }

    /** Calls of the daemon that the server has not answered. */
    async function callsTo({ port }: RegionServer): Promise<number> {
      const servers = JSON.parse(await client.call('/api/stats/region_clients?details')) as { server: string; rpcsInFlight: number }[];
      return servers.filter(({ server }) => server.endsWith(`:${port}`)).reduce((sum, { rpcsInFlight }) => sum + rpcsInFlight, 0);
    }

    it('regions move to another server, which is then killed (-9)', async () => {
      const other = await hbase.join();
      await survive(`move ${round}`, async (load) => {
        await moveTo(other, load);
        other.kill();
      });
      expect(await regionsOn(other)).toBe(0);
    });

    it('a server stands still (SIGSTOP) until it is taken for dead, and ends itself when it wakes', async () => {
      const other = await hbase.join();
      await survive(`zombie ${round}`, async (load) => {
        await moveTo(other, load);
        other.freeze();
        await eventually(async () => expect(await regionsOn(other)).toBe(0));
        // Its regions are served elsewhere, and nobody waits for its answer any more: on local files a server that wakes can still say that it has stored what
        // nobody will find, and each worker has calls of its own.
        const { puts, queries } = load.answered;
        await eventually(async () => {
          expect(load.answered.puts).toBeGreaterThan(puts + 10);
          expect(load.answered.queries).toBeGreaterThan(queries + 6);
          expect(await callsTo(other)).toBe(0);
        });
        other.thaw();
        await eventually(async () => expect(other.running()).toBe(false));
      });
      expect(await regionsOn(other)).toBe(0);
    });

    it('connections are cut in the middle of a frame', async () => {
      const cutsBefore = toServer.cuts;
      const { refusals } = await survive(`cut ${round}`, async () => {
        for (let i = 0; i < 15; i++) {
          await sleep(150);
          toServer.cutBehind(1 + ((i * 7919) % 20_000), i % 2 ? 'request' : 'answer');
        }
      });
      expect(toServer.cuts - cutsBefore).toBeGreaterThan(8);
      expect(refusals).toEqual([]);
    });

    it('HBase stands still for 20 seconds (SIGSTOP), and clients do not', async () => {
      await survive(
        `freeze ${round}`,
        async (load) => {
          hbase.freeze();
          await sleep(10_000);
          const sent = load.sent;
          await sleep(10_000);
          // The daemon has read what its buffer holds, and no more.
          expect(load.sent - sent).toBeLessThan(20_000);
          hbase.thaw();
        },
        { linesPerSecond: 50_000 },
      );
    });

    it('the data table is disabled and enabled', async () => {
      const { refusals } = await survive(`disable ${round}`, async () => {
        await tables.admin.disableTable(DATA);
        await sleep(3000);
        await tables.admin.enableTable(DATA);
      });
      // Points wait, as in the original; a query says so at once.
      expect(refusals.length).toBeGreaterThan(0);
      expect(refusals.every((text) => text.includes(`Table ${DATA} is disabled`))).toBe(true);
    });

    it('ZooKeeper is away, and connections to HBase break meanwhile', async () => {
      const { refusals } = await survive(`zookeeper ${round}`, async () => {
        toZooKeeper.refuse();
        await sleep(2000);
        toServer.cutBehind(100);
        await sleep(5000);
        toServer.cutBehind(100, 'request');
        await sleep(2000);
        toZooKeeper.accept();
      });
      expect(refusals).toEqual([]);
    });

    it('HBase is killed (-9) and started again', async () => {
      await survive(`kill ${round}`, async () => {
        await hbase.kill();
        await sleep(3000);
        await hbase.restart();
      });
    });
  });
});
