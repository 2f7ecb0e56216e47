import type { RollupSettings } from '../config/settings';
import { bean, boolean, intOrNull, jsonErrorText, JsonError, list, map, readJson, string } from '../json';
import { timeSeriesTable, type Table } from '../tables';
import { IllegalArgumentError } from '../util/errors';
import { textOrFile } from '../util/text-or-file';
import { RollupConfig } from './rollup-config';
import { RollupInterval, type IntervalDraft } from './rollup-interval';

/** Rollups as this TSD stores and reads them: what there is, and by which rules. */
export interface Rollups extends Omit<RollupSettings, 'config'> {
  readonly config: RollupConfig;
  /** Of the configuration; there always is one. */
  readonly defaultInterval: RollupInterval;
}

interface Draft<T> {
  draft: T;
  made: RollupInterval | null;
}

const INTERVAL = bean<Draft<IntervalDraft>>({
  type: 'net.opentsdb.rollup.RollupInterval$Builder',
  unknown: 'ignored',
  create: () => ({
    draft: { table: null, preAggregationTable: null, interval: null, rowSpan: null, defaultInterval: false, delaySla: null },
    made: null,
  }),
  setters: {
    table: ({ draft }, json) => (draft.table = string(json)),
    preAggregationTable: ({ draft }, json) => (draft.preAggregationTable = string(json)),
    interval: ({ draft }, json) => (draft.interval = string(json)),
    rowSpan: ({ draft }, json) => (draft.rowSpan = string(json)),
    defaultInterval: ({ draft }, json) => (draft.defaultInterval = boolean(json)),
    delaySla: ({ draft }, json) => (draft.delaySla = string(json)),
  },
  finish: (interval) => (interval.made = new RollupInterval(interval.draft)),
});

const INTERVALS = list(INTERVAL);
const IDS = map('java.util.HashMap', intOrNull);

/** @throws JsonError */
function parseConfig(text: string, isAggregator: (name: string) => boolean): RollupConfig | null {
  interface ConfigDraft {
    intervals: readonly (Draft<IntervalDraft> | null)[];
    ids: ReadonlyMap<string, number | null>;
    made: RollupConfig | null;
  }
  const config = bean<ConfigDraft>({
    type: 'net.opentsdb.rollup.RollupConfig$Builder',
    unknown: 'ignored',
    create: () => ({ intervals: [], ids: new Map(), made: null }),
    setters: {
      intervals: (draft, json) => (draft.intervals = INTERVALS(json) ?? []),
      aggregationIds: (draft, json) => (draft.ids = IDS(json) ?? new Map<string, number | null>()),
    },
    finish: (draft) => {
      const intervals = draft.intervals.map((interval) => {
        if (!interval?.made) throw new IllegalArgumentError('An interval is null');
        return interval.made;
      });
      draft.made = new RollupConfig(intervals, draft.ids, isAggregator);
    },
  });
  return readJson(text, config)?.made ?? null;
}

/**
 * Reads and checks the rollup configuration. Mirrors what the constructor of TSDB does with it.
 * @param settings null: rollups are off
 * @param isAggregator whether there is an aggregator of this name
 * @throws IllegalArgumentError saying why the daemon can't start
 */
export function readRollups(settings: RollupSettings | null, isAggregator: (name: string) => boolean): Rollups | null {
  if (settings === null) return null;
  if (settings.config === null) throw new IllegalArgumentError("Rollups were enabled but 'tsd.rollups.config' is null or empty.");
  const text = textOrFile(settings.config, (file) => `Failed to open conf file: ${file}`);
  let config: RollupConfig | null;
  try {
    config = parseConfig(text, isAggregator);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new IllegalArgumentError(jsonErrorText(error), { cause: error });
  }
  if (config === null) throw new IllegalArgumentError('Object was null');
  if (config.defaultInterval === null) throw new IllegalArgumentError('None of the rollup intervals were marked as the "default".');
  return { ...settings, config, defaultInterval: config.defaultInterval };
}

/** The tables of all intervals, each once. */
export function rollupTables(rollups: Rollups | null): Table[] {
  const tables = new Map<string, Table>();
  for (const { table, preAggregateTable } of rollups?.config.intervals ?? []) {
    if (!tables.has(table)) tables.set(table, timeSeriesTable('rollup', table));
    if (!tables.has(preAggregateTable)) tables.set(preAggregateTable, timeSeriesTable('preaggregate', preAggregateTable));
  }
  return [...tables.values()];
}
