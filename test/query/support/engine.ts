import { LayeredConfig } from '../../../src/config';
import { readQuerySettings } from '../../../src/config/settings';
import { createQueryEngine, parseJsonQuery, parseUriQuery, removeDuplicates, type Query, type QueryEngine } from '../../../src/query';
import { queryAnswerJson } from '../../../src/server/http/query/answer-json';
import type { Storage } from '../../../src/storage';
import { readDataModel } from '../../../src/tables';
import type { Uids } from '../../../src/uid';
import type { PointWriter } from '../../../src/write';
import { silent } from '../../write/support/data-table';
import { uidsOn, writerOn } from '../../support/parts';
import { openTempStore, type TempStore } from '../../support/temp-store';

/** An output object of `/api/query`. */
export interface Output {
  metric: string;
  tags: Record<string, string>;
  aggregateTags: string[];
  tsuids?: string[];
  annotations?: { notes: string }[];
  globalAnnotations?: { notes: string }[];
  dps: Record<string, number | string | null>;
}

/** An engine over an embedded store of its own, and what it takes to fill and ask it. */
export class TestEngine {
  private constructor(
    private readonly store: TempStore,
    readonly storage: Storage,
    readonly config: LayeredConfig,
    readonly uids: Uids,
    readonly writer: PointWriter,
    readonly engine: QueryEngine,
  ) {}

  /** @param wrap what the engine sees of the store; the writer gets it plain */
  static async open(settings: Record<string, string> = {}, wrap: (storage: Storage) => Storage = (s) => s): Promise<TestEngine> {
    const store = await openTempStore();
    const config = new LayeredConfig(Object.entries({ 'tsd.core.auto_create_metrics': 'true', ...settings }));
    const uids = uidsOn(store.storage, config);
    const writer = writerOn(store.storage, config, uids, { logger: silent });
    const storage = wrap(store.storage);
    const remover = (): PointWriter['delete'] => (table, rows) => writer.delete(table, rows);
    const parts = { settings: readQuerySettings(config), model: readDataModel(config), storage, remover, uids, logger: silent };
    return new TestEngine(store, storage, config, uids, writer, createQueryEngine(parts));
  }

  /** @param lines `metric timestamp value tag=value ...`, written one after the other, so that UIDs are given in their order */
  async put(...lines: string[]): Promise<void> {
    for (const line of lines) {
      const [metric, timestamp, value, ...tags] = line.split(' ');
      await this.writer.addPoint({ metric, timestamp, value, tags: new Map(tags.map((t) => t.split('=') as [string, string])) }, 'telnet');
    }
  }

  parse(question: string | object): Query {
    if (typeof question === 'object') return parseJsonQuery(JSON.stringify(question));
    const params = new URLSearchParams(question);
    return parseUriQuery({ has: (n) => params.has(n), last: (n) => params.getAll(n).at(-1) ?? null, all: (n) => params.getAll(n) });
  }

  /** The text of the answer. @param question a query string or a JSON body */
  async text(question: string | object, signal = new AbortController().signal): Promise<string> {
    const query = this.parse(question);
    removeDuplicates(query);
    const valid = this.engine.validate(query);
    const answer = await this.engine.execute(valid, { client: { remote: '/127.0.0.1:1', headers: new Map() }, query }, signal);
    let text = '';
    for await (const part of queryAnswerJson(query, valid, answer, () => answer.results(), false)) text += part;
    answer.finish(200, null, true);
    return text;
  }

  async ask(question: string | object, signal?: AbortSignal): Promise<Output[]> {
    return JSON.parse(await this.text(question, signal)) as Output[];
  }

  async close(): Promise<void> {
    this.engine.close();
    await this.writer.close();
    await this.store.close();
  }
}

/** A full hour, and a query over it. */
export const B = 1356998400;
export const HOUR = `start=${B}&end=${B + 3600}`;

export const brief = (output: Output[]): unknown[] => output.map((o) => [o.tags, o.aggregateTags, o.dps]);
/** The values at the start of the hour. */
export const sums = (output: Output[]): unknown[] => output.map((o) => o.dps[B]);
/** The error with which something ends; fails when it does not. */
export const refusal = (work: Promise<unknown>): Promise<{ status?: number; message: string; details?: string | null }> =>
  work.then(
    () => Promise.reject(new Error('it was answered')),
    (e: { status?: number; message: string }) => e,
  );
