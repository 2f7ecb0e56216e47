import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OriginalTsd } from '../interop/support/original';
import { OurTsd } from '../interop/support/our-tsd';
import { TestTables } from '../interop/support/tables';
import { TsdClient } from '../interop/support/tsd-client';
import type { Answer } from './compare';
import { HttpAsker } from './http-asker';
import { TAG_KEYS, TAG_VALUES, type DataPoint, type DataSet } from './dataset';
import type { HttpRequest, Names } from './questions/question';

/** Points in one body of a put. */
const AT_ONCE = 500;

const SETTINGS = {
  'tsd.core.auto_create_metrics': 'true',
  // Rows stay as they were put: what is read does not depend on when.
  'tsd.storage.enable_compaction': 'false',
  'tsd.http.request.enable_chunked': 'true',
  'tsd.http.request.max_chunk': '16777216',
};

/** What three TSDs say to the same question. */
export interface Answers {
  readonly original: Answer;
  /** By what they read: the original's tables, or the embedded store with the same points. */
  readonly ours: ReadonlyMap<string, Answer>;
}

/** A data set in every store. */
export class LoadedData implements Names {
  /** @param tsuids by place of their series */
  constructor(
    readonly data: DataSet,
    private readonly tsuids: readonly string[],
  ) {}

  metric(local: string): string {
    return `${this.data.id}.${local}`;
  }

  series(place: number): { metric: string; tags: Readonly<Record<string, string>>; tsuid: string } {
    const { metric, tags } = this.data.series[place];
    return { metric: this.metric(metric), tags, tsuid: this.tsuids[place] };
  }
}

/** The original and ours on the same tables of an HBase, and ours on an embedded store. */
export class Peers {
  private readonly clients: readonly TsdClient[];
  private readonly http = new HttpAsker();
  private dataSets = 0;
  private readonly tagUids = new Map<string, string>();

  private constructor(
    private readonly tables: TestTables,
    private readonly directory: string,
    private readonly original: OriginalTsd,
    private readonly onHBase: OurTsd,
    private readonly embedded: OurTsd,
    /** The tables are. */
    readonly salted: boolean,
  ) {
    this.clients = [original, onHBase, embedded].map(({ port }) => new TsdClient(port));
  }

  /** @param settings further ones, of all three */
  static async start(quorum: string, prefix: string, settings: Readonly<Record<string, string>> = {}): Promise<Peers> {
    const all = { ...SETTINGS, ...settings };
    const tables = await TestTables.connect(quorum);
    await tables.create(prefix, all);
    const directory = mkdtempSync(join(tmpdir(), 'differential-'));
    const embedded = { 'tsd.storage.engine': 'embedded', 'tsd.storage.embedded.path': join(directory, 'data') };
    const started = await Promise.allSettled([
      OriginalTsd.start({ quorum, prefix, settings: all }),
      OurTsd.start({ quorum, prefix, settings: all }),
      OurTsd.start({ quorum, prefix, settings: { ...all, ...embedded } }),
    ] as const);
    const [original, onHBase, alone] = started;
    if (original.status === 'rejected' || onHBase.status === 'rejected' || alone.status === 'rejected') {
      await Promise.all(started.flatMap((each) => (each.status === 'fulfilled' ? [Promise.resolve(each.value.stop())] : [])));
      await tables.close();
      throw started.find((each) => each.status === 'rejected')?.reason;
    }
    const peers = new Peers(tables, directory, original.value, onHBase.value, alone.value, 'tsd.storage.salt.width' in settings);
    await peers.assignTags().catch(async (error: unknown) => {
      await peers.stop();
      throw error;
    });
    return peers;
  }

  async stop(): Promise<void> {
    this.http.close();
    await Promise.all([this.original.stop(), this.onHBase.stop(), this.embedded.stop()]);
    await this.tables.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async assignTags(): Promise<void> {
    for (const [kind, names] of [
      ['tagk', TAG_KEYS],
      ['tagv', TAG_VALUES],
    ] as const)
      for (const [name, uid] of await this.assign(kind, names)) this.tagUids.set(name, uid);
  }

  /** The same UIDs for the same names in both stores. @returns UIDs in hexadecimal, by name */
  private async assign(kind: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const path = `/api/uid/assign?${kind}=${encodeURIComponent(names.join(','))}`;
    const [, ...stores] = this.clients;
    const [onHBase, embedded] = await Promise.all(stores.map((client) => client.call(path)));
    if (onHBase !== embedded) throw new Error(`the stores differ in their UIDs: ${onHBase} and ${embedded}`);
    const assigned = JSON.parse(onHBase) as Record<string, Record<string, string>>;
    return new Map(Object.entries(assigned[kind]));
  }

  /** A name for a data set that no other has. @param of the one it is made from */
  freshId(of: DataSet): string {
    return `${of.id.replace(/\.x\d+$/, '')}.x${++this.dataSets}`;
  }

  /** Writes a data set to both stores; every TSD can read it then. */
  async load(data: DataSet): Promise<LoadedData> {
    const name = (metric: string): string => `${data.id}.${metric}`;
    const metrics = await this.assign('metric', [...new Set(data.series.map(({ metric }) => name(metric)))]);
    const tsuids = data.series.map(({ metric, tags }) => {
      const pairs = Object.entries(tags).map(([key, value]) => `${this.tagUids.get(key)}${this.tagUids.get(value)}`);
      return `${metrics.get(name(metric))}${pairs.sort().join('')}`;
    });
    const points = data.series.flatMap(({ metric, tags, points }) =>
      points.map(([timestamp, value]: DataPoint) => ({ metric: name(metric), timestamp, value, tags })),
    );
    const notes = data.series.flatMap(({ notes }, i) => notes.map((note) => ({ ...note, tsuid: tsuids[i] })));
    const [, ...stores] = this.clients;
    await Promise.all(
      stores.map(async (client) => {
        for (let i = 0; i < points.length; i += AT_ONCE) await client.call('/api/put?sync&details', points.slice(i, i + AT_ONCE));
        for (const note of [...data.globals, ...notes]) await client.call('/api/annotation', note);
      }),
    );
    return new LoadedData(data, tsuids);
  }

  async ask({ method, path, body }: HttpRequest): Promise<Answers> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const ask = async ({ port }: TsdClient): Promise<Answer> => {
      // A connection may have been closed by the other side just now.
      for (let tries = 2; ; tries--) {
        const answer = await this.http.ask(port, method, path, text);
        if (answer.status !== 0 || tries === 1) return answer;
      }
    };
    const [original, onHBase, embedded] = await Promise.all(this.clients.map(ask));
    return {
      original,
      ours: new Map([
        ['HBase', onHBase],
        ['the embedded store', embedded],
      ]),
    };
  }
}
