import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_WORKERS } from '../support/worker-settings';
import { describeWithHBase } from './support/needs';
import { OurTsd } from './support/our-tsd';
import { OwnHBase } from './support/own-hbase';
import { BASE } from './support/points';
import { TestTables } from './support/tables';
import { eventually, TsdClient } from './support/tsd-client';

/** Seconds without an answer from HBase, and how often. Five minutes: STALL_SECONDS=300. */
const SECONDS = Number(process.env.STALL_SECONDS ?? 30);
const ROUNDS = Number(process.env.STALL_ROUNDS ?? 1);
const CONNECTIONS = 4;
const SERIES = 200;
const BUFFER_BYTES = 16 << 20;
const SPOOL_BYTES = 24 << 20;
const PREFIX = 'stall_';

jest.setTimeout((SECONDS + 150) * 1000);

/** Everything a connection may write, as fast as the daemon reads it, one point a number. */
class Firehose {
  sent = 0;
  said = '';
  private readonly socket: Socket;
  private running = true;
  private readonly pumping: Promise<void>;

  constructor(
    port: number,
    private readonly metric: string,
    private readonly id: number,
  ) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (bytes) => (this.said += bytes.toString()));
    this.pumping = this.pump();
  }

  private async pump(): Promise<void> {
    await once(this.socket, 'connect');
    while (this.running && !this.socket.destroyed) {
      let lines = '';
      for (let i = 0; i < 500; i++) {
        const n = this.sent++;
        const at = BASE * 1000 + Math.floor(n / SERIES) * 10;
        lines += `put ${this.metric} ${at} ${n} hose=h${this.id} series=s${n % SERIES}\n`;
      }
      if (!this.socket.write(lines)) await this.drained();
      else await sleep(0);
    }
  }

  private async drained(): Promise<void> {
    while (this.socket.writableNeedDrain && !this.socket.destroyed) await sleep(5);
  }

  /** @returns once the daemon has taken every line: what it says of its version comes after all of them */
  async end(): Promise<void> {
    this.running = false;
    await this.pumping;
    this.socket.write('version\n');
    await eventually(async () => expect(this.said).toMatch(/Built on/), 60_000);
    this.socket.destroy();
  }
}

/** Figures of the daemon. */
async function figures(client: TsdClient): Promise<(name: string) => number> {
  const stats = JSON.parse(await client.call('/api/stats')) as { metric: string; value: string; tags: Record<string, string> }[];
  return (name) => stats.filter(({ metric }) => metric === `tsd.${name}`).reduce((sum, { value }) => sum + Number(value), 0);
}

describeWithHBase(`HBase gives no answer for ${SECONDS} seconds under full load`, () => {
  let hbase: OwnHBase;
  let tables: TestTables;
  let spool: string;

  beforeAll(async () => {
    // Its own ZooKeeper must not take the silence for its death: the last ping may be a third of a session ago.
    hbase = await OwnHBase.start({ sessionMs: (SECONDS + 60) * 1500 });
    tables = await TestTables.connect(hbase.quorum);
    await tables.create(PREFIX);
    spool = mkdtempSync(join(tmpdir(), 'stall-spool-'));
  });
  afterAll(async () => {
    hbase.thaw();
    tables.admin.close();
    await tables.storage.close();
    await hbase.stop();
    rmSync(spool, { recursive: true, force: true });
  });

  async function countAll(client: TsdClient, metric: string): Promise<number> {
    const [answer] = JSON.parse(await client.call(`/api/query?start=${BASE - 60}&end=${BASE + 30 * 86400}&m=sum:0all-count:${metric}`)) as {
      dps: Record<string, number>;
    }[];
    return Object.values(answer.dps).reduce((sum, count) => sum + count, 0);
  }

  /** Throws until something of every connection and series is stored. */
  async function everySeriesOf(client: TsdClient, metric: string): Promise<void> {
    const answer = await client.call(`/api/query?start=${BASE - 60}&end=${BASE + 30 * 86400}&m=sum:0all-count:${metric}{hose=*,series=*}`);
    expect((JSON.parse(answer) as unknown[]).length).toBe(CONNECTIONS * SERIES);
  }

  const rounds = Array.from({ length: ROUNDS }, (_, i) => i + 1);
  describe.each(rounds)('round %i', (round) => {
    it.each(['without', 'with'])('%s a spool: memory is flat, and what was taken is there', async (way) => {
      const metric = `stall.${way}.r${round}`;
      const daemon = await OurTsd.start({
        quorum: hbase.quorum,
        prefix: PREFIX,
        settings: {
          'tsd.core.auto_create_metrics': 'true',
          'tsd.storage.write_buffer.bytes': String(BUFFER_BYTES),
          'tsd.storage.enable_compaction': 'false',
          ...(way === 'with'
            ? { 'tsd.storage.spool.path': spool, 'tsd.storage.spool.max_bytes': String(SPOOL_BYTES), 'tsd.storage.spool.after': '3000' }
            : {}),
        },
      });
      try {
        const client = new TsdClient(daemon.port);
        const hoses = Array.from({ length: CONNECTIONS }, (_, id) => new Firehose(daemon.port, metric, id));
        const sent = (): number => hoses.reduce((sum, hose) => sum + hose.sent, 0);
        // A name that nobody has used before can't get its UID without storage: such points are refused, and not what this is about.
        await eventually(() => everySeriesOf(client, metric));
        await sleep(2000);
        hbase.freeze();
        const memory: number[] = [];
        const reports: string[] = [];
        for (let second = 1; second <= SECONDS; second++) {
          await sleep(1000);
          memory.push(daemon.memory().now);
          if (second % 10 === 0) {
            const figure = await figures(client).catch(() => () => NaN);
            reports.push(
              `${second}s: ${Math.round(daemon.memory().now)} MB, buffer ${figure('write.buffer.bytes')}, spool ${figure('spool.bytes_total')}, sent ${sent()}`,
            );
          }
        }
        const peak = Math.max(...memory);
        hbase.thaw();
        await sleep(1000);
        await Promise.all(hoses.map((hose) => hose.end()));
        await eventually(async () => {
          const figure = await figures(client);
          expect([figure('write.buffer.points'), way === 'with' ? figure('spool.bytes_total') : 0]).toEqual([0, 0]);
        }, 90_000);
        if (process.env.STALL_REPORT)
          console.info(`${metric}: ${sent()} points, peak ${Math.round(peak)} MB\n${reports.join('\n')}\n${daemon.log.split('\n').filter((line) => /pool|Storage/.test(line)).join('\n')}`); // prettier-ignore
        // The last half is no higher than the first: nothing grows with time.
        const half = Math.floor(memory.length / 2);
        expect(Math.max(...memory.slice(half))).toBeLessThan(1.25 * Math.max(...memory.slice(0, half)) + 20);
        // Each further worker has Node itself, and a heap with room in it.
        expect(peak).toBeLessThan(500 + 200 * (TEST_WORKERS - 1));
        for (const { said } of hoses) expect(said.replace(/^net\.opentsdb.*\nBuilt on .*\n$/, '')).toBe('');
        expect(await countAll(client, metric)).toBe(sent());
        if (way === 'with') {
          expect(daemon.log).toContain('go into the spool until it does');
          expect(daemon.log).toContain(`All spooled points for table "${PREFIX}tsdb" are in storage`);
          expect(readdirSync(join(spool, `table-${PREFIX}tsdb`))).toEqual([]);
        }
      } catch (error) {
        throw new Error(`${String(error)}\nthe daemon: ${daemon.log.slice(-6000)}`);
      } finally {
        hbase.thaw();
        await daemon.stop();
      }
    });
  });
});
