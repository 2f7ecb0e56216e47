import { checkConfig, ConfigValueError, KEYS, LayeredConfig, readLogSettings, type ConfigKey } from '../../src/config';

const check = (settings: Record<string, string>): { config: LayeredConfig; warnings: string[] } => {
  const config = new LayeredConfig(Object.entries(settings));
  return { config, warnings: checkConfig(config) };
};
/** The one line that a key's value gets: a refusal, or a warning with what is used. */
const told = (key: string, value: string): string => {
  try {
    return check({ [key]: value }).warnings.join('\n');
  } catch (error) {
    if (!(error instanceof ConfigValueError)) throw error;
    return `refused ${error.message}`;
  }
};
const keys = (type: string): ConfigKey[] => [...KEYS.values()].filter((key) => key.type === type);

describe('nonsense is told by the name of its key, in one line', () => {
  it.each(keys('int').map((key) => [key.name, key] as const))('%s', (name, key) => {
    const nonsense = ['banana', '1.5', '99999999999999999999', '0x10', '10s'];
    if (key.min !== undefined) nonsense.push(String(key.min - 1));
    if (key.max !== undefined && key.max < Number.MAX_SAFE_INTEGER) nonsense.push(String(key.max + 1));
    for (const value of nonsense) {
      const line = told(name, value);
      expect(line.replace(/^refused /, '').startsWith(`${name} = ${value}: `)).toBe(true);
      expect(line).not.toContain('\n');
      if (line.startsWith('refused')) continue;
      // what is used instead is a number that makes sense, or nothing
      const { config } = check({ [name]: value });
      expect(config.has(name) ? check({ [name]: config.getString(name) ?? '' }).warnings : []).toEqual([]);
    }
  });

  it.each(keys('boolean').map((key) => key.name))('%s', (name) => {
    for (const value of ['banana', '2', 'on', 'y']) {
      expect(told(name, value)).toBe(`${name} = ${value}: neither true, 1, yes nor false, 0, no; false is used`);
    }
    for (const value of ['true', 'FALSE', ' yes ', 'no', '1', '0', '']) expect(told(name, value)).toBe('');
  });

  it.each([...KEYS.values()].filter((key) => key.choices ?? key.pattern).map((key) => key.name))('%s', (name) => {
    expect(told(name, '\u0000\u0001<nonsense>')).toMatch(new RegExp(`^(refused )?${name} = \\?\\?<nonsense>: `));
  });
});

it('has a range for every number, and defaults that are in it', () => {
  for (const key of keys('int')) {
    expect(key.min).toBeDefined();
    if (key.default) expect(told(key.name, key.default)).toBe('');
  }
  expect(checkConfig(new LayeredConfig())).toEqual([]);
});

describe('what nothing can start with is refused', () => {
  it.each([
    ['tsd.network.port', '70000', 'out of range, it can be 0 to 65535'],
    ['tsd.storage.write_buffer.bytes', '0', 'out of range, it can be 65536 bytes or more'],
    ['tsd.http.request.max_body', '-7', 'out of range, it can be 1 to 536870888 bytes'],
    ['tsd.storage.uid.width.metric', '9', 'out of range, it can be 1 to 8 bytes'],
    ['tsd.storage.salt.width', '9', 'out of range, it can be 0 to 8 bytes'],
    ['tsd.storage.max_tags', '0', 'out of range, it can be 1 to 32767'],
    ['tsd.query.limits.bytes.default', '-1', 'out of range, it can be 0 bytes or more'],
    ['tsd.storage.compaction.flush_interval', 'banana', 'not a whole number, it can be 1 to 2147483 seconds'],
    ['tsd.storage.engine', 'cassandra', 'none of hbase, embedded'],
    ['tsd.log.level', 'loud', 'none of off, error, warn, info, debug, trace, all'],
    ['tsd.log.level.org.hbase', 'loud', 'none of off, error, warn, info, debug, trace, all'],
    ['tsd.core.uid.charset', 'KOI8-R', 'none of ISO-8859-1, UTF-8'],
    ['tsd.redis.url', 'localhost', 'not a URL that begins with redis:// or rediss://'],
    ['tsd.core.timezone', 'Mars/Olympus', 'not the name of a time zone'],
    ['tsd.storage.hbase.data_table', 'my table', 'not the name of a table: letters, digits, _ . -'],
    ['tsd.storage.hbase.zk_basedir', 'hbase', 'not a path that begins with /'],
    ['tsd.storage.hbase.zk_quorum', 'a:b:c', 'not a list host[:port],...'],
  ])('%s = %s', (key, value, problem) => expect(told(key, value)).toBe(`refused ${key} = ${value}: ${problem}`));

  it('and never shows a secret', () => {
    expect(told('tsd.redis.url', 'rdis://:geheim@host')).toMatch(/^refused tsd\.redis\.url = rdis:\/\/:\*{8}@host: /);
  });

  it.each([
    [{ 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '300' }, 'tsd.storage.salt.width = 1 has room for 256 buckets'],
    [{ 'tsd.storage.hbase.uid_table': 'tsdb' }, 'tsd.storage.hbase.data_table names the same table'],
  ])('together: %j', (settings, problem) => expect(() => check(settings)).toThrow(problem));

  it.each([
    [{ 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '256' }],
    [{ 'tsd.storage.salt.width': '2', 'tsd.storage.salt.buckets': '300' }],
    [{ 'tsd.storage.salt.buckets': '300' }],
    [{ 'tsd.storage.hbase.zk_quorum': 'a, b.c:2181,[::1]:2181', 'tsd.storage.hbase.data_table': 'ns:tsdb.x-1' }],
    [{ 'tsd.redis.url': 'rediss://:x@cache:6379/1', 'tsd.log.level': ' Debug ', 'tsd.storage.engine': 'HBase' }],
  ])('together these are fine: %j', (settings) => expect(check(settings as Record<string, string>).warnings).toEqual([]));
});

describe('what the original starts with is a warning, with what is used', () => {
  it.each([
    ['tsd.query.limits.overrides.interval', '0', '60000', 'out of range, it can be 1 seconds or more; 60000 is used'],
    ['tsd.core.socket.timeout', '9999999', '2147483', 'out of range, it can be 0 to 2147483 seconds; 2147483 is used'],
    ['hbase.rpcs.batch.size', '-7', '', 'out of range, it can be 1 or more; it is left out'],
    ['tsd.core.connections.limit', '-7', '0', 'out of range, it can be 0 or more; 0 is used'],
    ['tsd.query.timeout', 'banana', '0', 'not a whole number, it can be 0 milliseconds or more; 0 is used'],
    ['tsd.storage.hbase.scanner.maxNumRows', '-7', '128', 'out of range, it can be 1 or more; 128 is used'],
    ['tsd.uid.lru.name.size', 'banana', '5000000', 'not a whole number, it can be 0 or more; 5000000 is used'],
    ['tsd.mode', 'ro ', 'ro ', 'none of rw, ro, wo; rw is used'],
    ['tsd.core.enable_ui', 'True', 'True', 'none of true, false, in small letters and without blanks; false is used'],
    ['tsd.no_diediedie', '1', '1', 'none of false, true, in small letters and without blanks; true is used'],
  ])('%s = %s', (key, value, used, problem) => {
    const { config, warnings } = check({ [key]: value });
    expect(warnings).toEqual([`${key} = ${value}: ${problem}`]);
    expect(config.getString(key)).toBe(used);
  });

  it('unless a switch makes it count', () => {
    expect(() => check({ 'tsd.uid.lru.enable': 'true', 'tsd.uid.lru.name.size': 'banana' })).toThrow(
      /^tsd\.uid\.lru\.name\.size = banana: /,
    );
  });

  it('an empty level of a log is an absent one', () => {
    const { config, warnings } = check({ 'tsd.log.level': ' ', 'tsd.log.level.org.hbase': '', 'tsd.log.level.a': ' warn ' });
    expect([warnings, readLogSettings(config)]).toMatchObject([[], { level: undefined, levels: new Map([['a', 'warn']]) }]);
  });

  it('an empty number is an absent one', () => {
    const { config, warnings } = check({ 'tsd.core.socket.timeout': '', 'tsd.network.worker_threads': '', 'tsd.storage.max_tags': ' ' });
    expect([warnings, config.getInt('tsd.core.socket.timeout'), config.getInt('tsd.storage.max_tags')]).toEqual([[], 0, 8]);
  });
});
