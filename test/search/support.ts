import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LayeredConfig } from '../../src/config';
import { searchSettings } from '../../src/config/settings';
import { readJson } from '../../src/json';
import { Meta, META_COLUMN, META_FAMILY, TS_META, TsMetaDraft, UID_META, UidMetaDraft } from '../../src/meta';
import { createSearch, type Search, type SearchResults, type SearchType } from '../../src/search';
import { PackedCells, type Storage } from '../../src/storage';
import { readDataModel } from '../../src/tables';
import type { UidKind, Uids } from '../../src/uid';
import { SILENT_LOG, type Log } from '../../src/util/log';
import { uidsOn } from '../support/parts';

/** A directory that is removed at the end of the file's tests. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tsd-search-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The parts of a TSD that have to do with searching, over a store of a test's own. */
export class SearchingTsd {
  private constructor(
    readonly storage: Storage,
    readonly uids: Uids,
    readonly meta: Meta,
    readonly search: Search,
  ) {}

  static async open(
    storage: Storage,
    path: string,
    settings: Record<string, string> = {},
    logger: Log = SILENT_LOG,
  ): Promise<SearchingTsd> {
    const config = new LayeredConfig(Object.entries({ 'tsd.search.path': path, ...settings }));
    const model = readDataModel(config);
    const uids = uidsOn(storage, config);
    await uids.open();
    const meta = new Meta({ storage, model, uids, logger });
    const search = await createSearch({ config, meta, uids, uidTable: model.tables.uid.name, logger }, searchSettings(config));
    await search.open();
    return new SearchingTsd(storage, uids, meta, search);
  }

  async close(): Promise<void> {
    await this.search.close();
    await this.uids.close();
  }

  /** As a process that is killed leaves it: the index is only let go of. */
  async abandon(): Promise<void> {
    const { keeper } = this.search as unknown as { keeper: { store: { close(): Promise<void> }; unlock(): void } };
    await keeper.store.close();
    keeper.unlock();
    await this.uids.close();
  }

  async id(kind: UidKind, name: string): Promise<Buffer> {
    return this.uids.getId(kind, name).catch(() => this.uids.assign(kind, name));
  }

  /** `sys.cpu host=web01 dc=lga`. @returns its TSUID */
  async tsuid(series: string): Promise<Buffer> {
    const [metric, ...tags] = series.split(' ');
    const pairs: Buffer[] = [];
    for (const tag of tags) {
      const [key, value] = tag.split('=');
      pairs.push(Buffer.concat([await this.id('tagk', key), await this.id('tagv', value)]));
    }
    return Buffer.concat([await this.id('metrics', metric), ...pairs.sort((a, b) => a.compare(b))]);
  }

  /** Stores the metadata of new series, as tracking does. */
  async create(...series: string[]): Promise<void> {
    const tsuids: Buffer[] = [];
    for (const text of series) tsuids.push(await this.tsuid(text));
    const puts = tsuids.map((row) => ({ row, cells: PackedCells.of(META_COLUMN, this.meta.tsMetas.blank(row)) }));
    await this.storage.put('tsdb-meta', META_FAMILY, puts);
    this.search.changed({ series: tsuids });
  }

  async editSeries(series: string, fields: object): Promise<void> {
    const tsuid = (await this.tsuid(series)).toString('hex').toUpperCase();
    await this.meta.tsMetas.save(readJson(JSON.stringify({ tsuid, ...fields }), TS_META) ?? new TsMetaDraft(), false);
  }

  async editUid(kind: UidKind, name: string, fields: object): Promise<void> {
    const uid = (await this.id(kind, name)).toString('hex').toUpperCase();
    await this.meta.uidMetas.save(readJson(JSON.stringify({ uid, type: kind, ...fields }), UID_META) ?? new UidMetaDraft(), false);
  }

  /** What is found, in short: series by their names, UIDs as `kind name`, annotations as `start description`. */
  async find(type: SearchType, query: string | null, page: { limit?: number; startIndex?: number } = {}): Promise<string[]> {
    await this.search.flush();
    return this.findNow(type, query, page);
  }

  /** The same, without waiting for what has changed to be taken in. */
  async findNow(type: SearchType, query: string | null, page: { limit?: number; startIndex?: number } = {}): Promise<string[]> {
    const { results } = await this.execute(type, query, page);
    return inShort(results);
  }

  execute(type: SearchType, query: string | null, page: { limit?: number; startIndex?: number } = {}): ReturnType<Search['execute']> {
    const whole = { metric: '*', tags: null, useMeta: true, limit: 25, startIndex: 0, ...page, type, query };
    return this.search.execute(whole, { signal: new AbortController().signal, account: () => {} });
  }
}

async function inShort(results: SearchResults): Promise<string[]> {
  const found: string[] = [];
  switch (results.type) {
    case 'TSMETA':
      for await (const batch of results.batches)
        for (const { metric, tags } of batch)
          found.push([metric.name, ...tags.flatMap((tag, i) => (i % 2 === 0 ? `${tag.name}=${tags[i + 1].name}` : []))].join(' '));
      break;
    case 'TSMETA_SUMMARY':
      for await (const batch of results.batches)
        for (const { metric, tags } of batch) found.push([metric, ...[...tags].map((pair) => pair.join('='))].join(' '));
      break;
    case 'TSUIDS':
      for await (const batch of results.batches) found.push(...batch);
      break;
    case 'UIDMETA':
      for await (const batch of results.batches) found.push(...batch.map(({ kind, name }) => `${kind} ${name}`));
      break;
    case 'ANNOTATION':
      for await (const batch of results.batches) found.push(...batch.map(({ startTime, description }) => `${startTime} ${description}`));
      break;
    case 'PLUGIN':
      found.push(...results.results.map(String));
  }
  return found;
}
