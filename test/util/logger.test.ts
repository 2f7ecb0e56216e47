import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LatencyHistogram } from '../../src/util/latency-histogram';
import { InvalidLevelError, InvalidLoggerError, logLine, LogSystem } from '../../src/util/logger';

const NAME = 'net.opentsdb.tsd.HttpQuery';
const messages = (logs: LogSystem): string[] => logs.ring.newestFirst().map((event) => `${event.level} ${event.message}`);

describe('the log system', () => {
  it("writes lines as the original's console does", () => {
    const time = new Date(2026, 10, 22, 10, 58, 28, 179).getTime();
    const event = {
      time,
      level: 'INFO',
      thread: 'main',
      logger: 'net.opentsdb.tools.TextImporter',
      message: 'reading from file:d.txt',
      stack: null,
    };
    expect(logLine(event)).toBe('2026-11-22 10:58:28,179 INFO  [main] TextImporter: reading from file:d.txt');
    expect(logLine({ ...event, stack: 'Error: x\n    at y' })).toMatch(/d\.txt\nError: x\n {4}at y$/);
  });

  it('keeps the last 1,024 events, newest first', () => {
    const logs = new LogSystem({ console: false });
    for (let i = 0; i < 1500; i++) logs.get(NAME).info(`event ${i}`);
    const kept = messages(logs);
    expect(kept).toHaveLength(1024);
    expect([kept[0], kept[1023]]).toEqual(['INFO event 1499', 'INFO event 476']);
  });

  it('keeps events of a message in one line', () => {
    const logs = new LogSystem({ console: false });
    logs.get(NAME).warn('a\nb\u0007c\td');
    expect(messages(logs)).toEqual(['WARN a\\nb?c\td']);
  });

  it('has levels by logger, under the one of the root', () => {
    const logs = new LogSystem({ console: false, level: 'WARN' });
    const one = logs.get(NAME);
    const two = logs.get('net.opentsdb.core.TSDB');
    one.info('no');
    expect(logs.setLevel('trace', NAME)).toBe(1);
    one.silly('trace');
    two.info('no');
    expect(logs.enabled(NAME, 'debug')).toBe(true);
    expect(logs.enabled('net.opentsdb.core.TSDB', 'info')).toBe(false);
    expect(logs.setLevel('ERROR')).toBe(3);
    one.warn('no');
    two.error('error');
    expect(logs.setLevel('OFF')).toBe(3);
    two.error('no');
    expect(messages(logs)).toEqual(['ERROR error', 'TRACE trace']);
  });

  it('has levels for all loggers below a name, from the start or later, and says what is enabled', () => {
    const levels = new Map([
      ['org.hbase', 'debug'],
      ['net.opentsdb.core', 'ERROR'],
    ]);
    const logs = new LogSystem({ console: false, levels });
    const hbase = logs.get('org.hbase.async.HBaseClient');
    const other = logs.get('org.hbased');
    expect([hbase.isDebugEnabled(), other.isDebugEnabled()]).toEqual([true, false]);
    hbase.debug('heard');
    other.debug('no');
    logs.get('net.opentsdb.core.TSDB').info('no');
    expect(logs.setLevel('INFO', 'org.hbase.async')).toBe(1);
    expect(hbase.isDebugEnabled()).toBe(false);
    expect(logs.setLevel('TRACE', 'org.hbase.async.HBaseClient')).toBe(1);
    expect([hbase.isDebugEnabled(), logs.get('org.hbase.async.RegionClient').isDebugEnabled()]).toEqual([true, false]);
    expect(() => logs.setLevel('INFO', 'org.hbase.asyn')).toThrow(InvalidLoggerError);
    logs.setLevel('WARN');
    expect(hbase.isDebugEnabled()).toBe(false);
    hbase.info('no');
    expect(messages(logs)).toEqual(['DEBUG heard']);
    expect(() => new LogSystem({ console: false, levels: new Map([['a', 'LOUD']]) })).toThrow(new InvalidLevelError('Invalid level: LOUD'));
  });

  it('refuses levels and loggers that there are not', () => {
    const logs = new LogSystem({ console: false });
    expect(() => logs.setLevel('LOUD')).toThrow(new InvalidLevelError('Invalid level: LOUD'));
    expect(() => logs.setLevel('INFO', 'no.such')).toThrow(new InvalidLoggerError('Invalid logger: no.such'));
    expect(() => new LogSystem({ console: false, level: 'LOUD' })).toThrow(InvalidLevelError);
  });

  it('writes to a file what it writes to the console', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'logs-'));
    try {
      const logs = new LogSystem({ console: false, file: join(dir, 'tsd.log') });
      logs.get(NAME).info('one');
      logs.get(NAME).error('two', { error: new Error('why') });
      await logs.close();
      const lines = readFileSync(join(dir, 'tsd.log'), 'utf8').split('\n');
      expect(lines[0]).toMatch(/ INFO {2}\[main\] HttpQuery: one$/);
      expect(lines.slice(1, 3)).toEqual([expect.stringMatching(/ ERROR \[main\] HttpQuery: two$/), 'Error: why']);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('the latency histogram', () => {
  const percentile = (values: number[], percent: number): number => {
    const histogram = new LatencyHistogram();
    for (const value of values) histogram.add(value);
    return histogram.percentile(percent);
  };

  it('reads 0 while empty, and the upper edge of a bucket after', () => {
    expect(percentile([], 95)).toBe(0);
    expect(percentile([0], 50)).toBe(2);
    expect(percentile([1.9, 2, 99.9], 50)).toBe(2);
    expect(percentile([99.9], 50)).toBe(100);
    expect(percentile([100], 50)).toBe(200);
    expect(percentile([399], 50)).toBe(400);
  });

  it('has no upper edge for what took longest', () => {
    expect(percentile([16000], 50)).toBe(2147483647);
    expect(percentile([1e9], 50)).toBe(2147483647);
  });

  it('orders its percentiles', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    const read = [50, 75, 90, 95].map((percent) => percentile(values, percent));
    expect(read).toEqual([800, 800, 1600, 1600]);
  });
});
