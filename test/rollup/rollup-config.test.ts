import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RollupSettings } from '../../src/config/settings';
import { readRollups, type Rollups } from '../../src/rollup';

const AGGREGATORS = ['sum', 'count', 'min', 'max', 'avg', 'none', 'p99'];
const SETTINGS: RollupSettings = {
  config: null,
  tagRaw: false,
  aggregateTag: '_aggregate',
  rawValue: 'RAW',
  blockDerived: true,
  splitQueries: false,
};
const INTERVAL = { table: 't', preAggregationTable: 'p', interval: '1m', rowSpan: '1h', defaultInterval: true };
const IDS = { sum: 0, count: 1 };

const read = (config: string | null): Rollups | null => readRollups({ ...SETTINGS, config }, (name) => AGGREGATORS.includes(name));
const config = (interval: object, ids: object = IDS): string =>
  JSON.stringify({ aggregationIds: ids, intervals: [{ ...INTERVAL, ...interval }] });

// The messages are the original's, asked for with the same JSON.
it.each([
  ['no intervals', '{"intervals":[]}', 'Rollup config given but no intervals were found.'],
  ['nothing at all', '{}', 'Rollup config given but no intervals were found.'],
  ['null', 'null', 'Object was null'],
  ['no ids', config({}, {}), 'Rollup config given but no aggegation ID mappings found.'],
  ['no default', config({ defaultInterval: false }), 'None of the rollup intervals were marked as the "default".'],
  ['an id above 127', config({}, { sum: 128 }), 'ID for aggregator must be between 0 and 127: sum=128'],
  ['an id below 0', config({}, { sum: -1 }), 'ID for aggregator must be between 0 and 127: sum=-1'],
  ['an id twice', config({}, { sum: 0, count: 0 }), "Multiple mappings for the ID '0' are not allowed."],
  ['an unknown aggregator', config({}, { bogus: 0 }), 'No such aggregator: bogus'],
  ['no id', config({}, { sum: 'x' }), 'Cannot deserialize value of type `java.lang.Integer` from String "x": not a valid Integer value'],
  ['no table', config({ table: '' }), 'The rollup table cannot be null or empty'],
  ['no table of pre-aggregates', config({ preAggregationTable: null }), 'The pre-aggregate rollup table cannot be null or empty'],
  ['no interval', config({ interval: '' }), 'Cannot parse null or empty duration'],
  ['an interval without number', config({ interval: 'm' }), 'Invalid duration (number): m'],
  ['an interval of nothing', config({ interval: '0m' }), 'Zero or negative duration: 0m'],
  ['an unknown unit', config({ interval: '1x' }), 'Invalid duration (suffix): 1x'],
  ['no span', config({ rowSpan: null }), 'Duration cannot be null or empty'],
  ['a span of a week', config({ rowSpan: '1w' }), "Unrecogznied span 'w'"],
  ['an odd number of hours', config({ rowSpan: '3h' }), 'The multiplier must be 1 or an even value'],
  ['two days', config({ rowSpan: '2d' }), "Multipliers are only usable with the 'h' unit"],
  ['a span without number', config({ rowSpan: 'h' }), 'Invalid duration (number): h'],
  ['a span of nothing', config({ rowSpan: '0h' }), 'Zero or negative duration: 0h'],
  ['a negative span', config({ rowSpan: '-2h' }), 'Invalid units in the duration: -2h'],
  ['a span of milliseconds', config({ rowSpan: '1ms' }), 'Milliseconds are not supported'],
  ['an interval as long as the row', config({ interval: '1h' }), 'Interval [3600] is too large for the span [h]'],
  ['too many', config({ rowSpan: '1n' }), 'Too many intervals [46080] in the span. Must be smaller than [7774] to fit in 14 bits'],
  ['too few', config({ interval: '10m' }), 'Not enough intervals [6] for the span. Must be at least [12]'],
  ['a delay of milliseconds', config({ delaySla: '1ms' }), 'Milliseconds are not supported as the maximum delay'],
  ['a delay of nothing', config({ delaySla: '0s' }), 'Zero or negative duration: 0s'],
  ['a list', '[]', 'Cannot deserialize instance of `net.opentsdb.rollup.RollupConfig$Builder` out of START_ARRAY token'],
  ['no JSON', 'x', "Unrecognized token 'x': was expecting ('true', 'false' or 'null')"],
  ['nothing', null, "Rollups were enabled but 'tsd.rollups.config' is null or empty."],
  ['a file that is not there', '/nowhere/rollups.json', 'Failed to open conf file: /nowhere/rollups.json'],
  [
    'an interval twice',
    JSON.stringify({ aggregationIds: IDS, intervals: [INTERVAL, INTERVAL] }),
    'Only one interval of each type can be configured: table=t, preAggTable=p, rowSpan=1h, isDefaultInterval=true, interval=1m, units=h, ' +
      'unit_multipier=1, intervals=60, interval=60, interval_units=m, delay_sla=',
  ],
  [
    'two defaults',
    JSON.stringify({ aggregationIds: IDS, intervals: [INTERVAL, { ...INTERVAL, interval: '2m' }] }),
    'Multiple default intervals configured. Only one is allowed: table=t,',
  ],
])('does not start with %s', (_name, text, message) => {
  expect(() => read(text)).toThrow(message);
});

it('reads a file, whatever else is in it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rollups-'));
  const file = join(directory, 'rollups.json');
  writeFileSync(file, config({ bogus: 1, delaySla: '2h' }, { SUM: 3 }));
  const rollups = read(file);
  expect(rollups?.defaultInterval).toMatchObject({
    table: 't',
    preAggregateTable: 'p',
    name: '1m',
    seconds: 60,
    intervals: 60,
    delay: 7200,
  });
  expect(rollups?.config.idOf('Sum')).toBe(3);
  rmSync(directory, { recursive: true });
});

// Base times and offsets as the original's cells have them.
it.each([
  ['10m', '1d', 1357035000, 1356998400, 61],
  ['1h', '1n', 1357035000, 1356998400, 10],
  ['1d', '1y', 1357035000, 1356998400, 0],
  ['30m', '6h', 1357035000, 1357020000, 8],
  ['1m', '1h', 1357035059, 1357034400, 10],
  ['1d', '1y', 1709251199, 1704067200, 59],
])('lays out %s in %s', (interval, rowSpan, time, base, offset) => {
  const found = read(config({ interval, rowSpan }))?.defaultInterval;
  expect(found?.start(time)).toBe(base);
  expect(found?.offset(time, base)).toBe(offset);
});

it.each([
  ['2h', 1357020000, 1357027200],
  ['1d', 1356998400, 1357084800],
  ['1n', 1704067200, 1706745600],
  ['1y', 1704067200, 1735689600],
])('finds the row behind one of %s', (rowSpan, base, next) => {
  expect(read(config({ interval: rowSpan === '1n' ? '1h' : rowSpan === '1y' ? '1d' : '1m', rowSpan }))?.defaultInterval.next(base)).toBe(
    next,
  );
});

it.each([
  [600, ['10m', '1m']],
  [3600, ['1h', '10m', '1m']],
  [7200, ['1h', '10m', '1m']],
  [1800, ['10m', '1m']],
  [60, ['1m']],
  [90, []],
  [0.5, []],
])('matches buckets of %d s', (seconds, names) => {
  const intervals = [
    INTERVAL,
    { ...INTERVAL, interval: '10m', rowSpan: '1d', defaultInterval: false },
    { ...INTERVAL, interval: '1h', rowSpan: '1d', defaultInterval: false },
  ];
  const rollups = read(JSON.stringify({ aggregationIds: IDS, intervals }));
  expect(rollups?.config.matching(seconds * 1000).map(({ name }) => name)).toEqual(names);
});
