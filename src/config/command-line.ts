/** Options of a command line as they were given, by their names in camel case; a flag is `true`. */
export type GivenOptions = Readonly<Record<string, string | true | undefined>>;

/** What an option sets: the key, and the value where the option's own doesn't count. */
interface OptionSetting {
  readonly key: string;
  readonly value?: string;
}

/** Every option that stands for a key: first those that any tool takes, then the daemon's. */
const OPTIONS: Readonly<Record<string, OptionSetting>> = {
  table: { key: 'tsd.storage.hbase.data_table' },
  uidtable: { key: 'tsd.storage.hbase.uid_table' },
  zkquorum: { key: 'tsd.storage.hbase.zk_quorum' },
  zkbasedir: { key: 'tsd.storage.hbase.zk_basedir' },
  autoMetric: { key: 'tsd.core.auto_create_metrics', value: 'true' },
  port: { key: 'tsd.network.port' },
  bind: { key: 'tsd.network.bind' },
  staticroot: { key: 'tsd.http.staticroot' },
  cachedir: { key: 'tsd.http.cachedir' },
  backlog: { key: 'tsd.network.backlog' },
  asyncIo: { key: 'tsd.network.async_io' },
  workerThreads: { key: 'tsd.network.worker_threads' },
  flushInterval: { key: 'tsd.core.flushinterval' },
  readOnly: { key: 'tsd.mode', value: 'ro' },
  disableUi: { key: 'tsd.core.enable_ui', value: 'false' },
  disableApi: { key: 'tsd.core.enable_api', value: 'false' },
};

/** The keys that the given options set, with their values. Mirrors CliOptions.overloadConfig. */
export function commandLineOverrides(options: GivenOptions): (readonly [key: string, value: string])[] {
  const overrides: (readonly [string, string])[] = [];
  for (const [option, { key, value }] of Object.entries(OPTIONS)) {
    const given = options[option];
    if (given === undefined) continue;
    const text = value ?? given;
    if (text !== true) overrides.push([key, text]);
  }
  return overrides;
}
