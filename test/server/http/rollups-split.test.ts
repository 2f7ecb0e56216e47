import { HISTOGRAM_SETTINGS, rollupSettings } from '../../support/rollup-settings';
import { ask } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

const START = 1_699_992_000;

/** Rolled up values of ten minutes are so late that there are none yet; those of an hour have been there for long. */
const ROLLUPS = rollupSettings(['10m', '1h'], { aggregators: ['sum', 'count'], delays: { '10m': '20000d', '1h': '2d' } });

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon({
    ...ROLLUPS,
    ...HISTOGRAM_SETTINGS,
    'tsd.rollups.split_query.enable': 'true',
  });
  const points = Array.from({ length: 31 }, (_, i) => ({ metric: 'raw', timestamp: START + i * 60, value: i, tags: { host: 'web01' } }));
  expect((await ask(tsd.port, '/api/put?sync', { body: JSON.stringify(points) })).status).toBe(204);
});
afterAll(() => tsd.stop());

const get = (m: string, more = ''): ReturnType<typeof ask> =>
  ask(tsd.port, `/api/query?start=${START}&end=${START + 1800}&m=${encodeURIComponent(m)}${more}`);
const points = (...values: string[]): string =>
  `[{"metric":"raw","tags":{"host":"web01"},"aggregateTags":[],"annotations":[],"dps":{${values.map((v, i) => `"${START + i * 600}":${v}`).join()}}}]`;

// as the original answers, but for the aggregator none
describe('a query for what is too new to be rolled up', () => {
  test.each([
    ['sum:10m-sum:raw', points('45.0', '145.0', '245.0', '30.0')],
    ['sum:10m-p99:raw', points('9.0', '19.0', '29.0', '30.0')],
    ['sum:10m-median:raw{host=*}', points('5.0', '15.0', '25.0', '30.0')],
  ])('reads the points, by any function: %s', async (m, want) => {
    const answer = await get(m);
    expect([answer.status, answer.text]).toEqual([200, want]);
  });

  it('tells that it reads points', async () => {
    expect((await get('sum:10m-median:raw', '&show_query')).text).toContain('"rollupTable":"raw"');
  });

  test.each([
    ['sum:1h-p99:raw', 'No ID found mapping to aggregator: p99'],
    ['sum:10m-sum:percentiles[50]:raw', 'Only SpanGroups implemented'],
    ['none:10m-sum:percentiles[50]:raw', 'Only SpanGroups implemented'],
    ['none:10m-median:raw', 'Split queries can not be made with the aggregator none'],
  ])('is refused: %s', async (m, message) => {
    const answer = await get(m);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { error: { code: 400, message, details: message } }]);
  });
});
