import type { Series } from '../../web/src/api/series';
import { csvOf, gridOf } from '../../web/src/lib/csv';

const series = (name: string, points: [number, number][]): Series => ({
  id: name,
  name,
  metric: name,
  tags: [],
  aggregateTags: [],
  tsuids: [],
  tab: 0,
  times: Float64Array.from(points, ([time]) => time),
  values: Float64Array.from(points, ([, value]) => value),
});

it('puts series side by side, with a row for each time that one of them has', () => {
  const { times, columns } = gridOf([
    series('a', [
      [1000, 1],
      [3000, 3],
    ]),
    series('b', [
      [2000, 20],
      [3000, NaN],
    ]),
    series('none', []),
  ]);
  expect([...times]).toEqual([1000, 2000, 3000]);
  expect(columns).toEqual([
    [1, null, 3],
    [null, 20, NaN],
    [null, null, null],
  ]);
});

it('quotes what has to be quoted, and makes no formula of a name', () => {
  const text = csvOf([series('m{a=b, c="d"}', [[0, 0.5]]), series('=cmd()', [[1, -2]]), series('@x', []), series('-y', [])], 'UTC');
  expect(text.split('\r\n')).toEqual([
    `timestamp_ms,time,"m{a=b, c=""d""}",'=cmd(),'@x,'-y`,
    '0,1970-01-01 00:00:00,0.5,,,',
    '1,1970-01-01 00:00:00.001,,-2,,',
    '',
  ]);
});
