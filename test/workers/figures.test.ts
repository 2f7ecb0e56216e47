import { collectFigures, mergeFigures, type Figures } from '../../src/workers';
import { LatencyHistogram } from '../../src/util/latency-histogram';
import type { StatsSource } from '../../src/util/stats';

const counting = (values: Record<string, number | bigint | string>): Figures => ({
  values: Object.entries(values).map(([key, value]) => [key, String(value)] as const),
  latencies: [],
});

it('sums what workers count, and tells once what all of them see', () => {
  const merged = mergeFigures([
    counting({
      'rpc.received type=http': 3,
      'uid.ids-used kind=tagk': 7,
      'spool.age_ms table=t': 10,
      'compaction.pace_percent': 100,
      one: 1,
    }),
    counting({
      'rpc.received type=http': 4,
      'uid.ids-used kind=tagk': 6,
      'spool.age_ms table=t': 25,
      'compaction.pace_percent': 50,
      other: 2,
    }),
    counting({ 'rpc.received type=http': 0, 'uid.ids-used kind=tagk': 7, 'spool.age_ms table=t': 0, 'compaction.pace_percent': 80 }),
  ]);
  expect([...merged]).toEqual([
    ['rpc.received type=http', ['7']],
    ['uid.ids-used kind=tagk', ['7']],
    ['spool.age_ms table=t', ['25']],
    ['compaction.pace_percent', ['50']],
    ['one', ['1']],
    ['other', ['2']],
  ]);
});

it('sums numbers beyond those that a double tells apart, and lets odd ones of plugins be', () => {
  const merged = mergeFigures([counting({ big: 9007199254740993n, odd: '1.5' }), counting({ big: 2n, odd: '2.5' })]);
  expect(merged.get('big')).toEqual(['9007199254740995']);
  expect(merged.get('odd')).toEqual(['1.5']);
});

it('tells as often of a figure as its source does, each time with that of the others', () => {
  const twice = (first: string, second: string): Figures => ({
    values: [
      ['of.plugin', first],
      ['of.plugin', second],
    ],
    latencies: [],
  });
  expect([...mergeFigures([twice('1', '10')])]).toEqual([['of.plugin', ['1', '10']]]);
  expect([...mergeFigures([twice('1', '10'), twice('2', '20'), counting({ 'of.plugin': 4 })])]).toEqual([['of.plugin', ['7', '30']]]);
});

it('merges the latencies, not their percentiles', async () => {
  const source = (milliseconds: readonly number[]): StatsSource => {
    const histogram = new LatencyHistogram();
    for (const ms of milliseconds) histogram.add(ms);
    return { collectStats: (sink) => histogram.record(sink, 'http.latency', { type: 'all' }) };
  };
  // One worker with 90 quick answers, one with 10 slow ones.
  const quick = Array<number>(90).fill(1);
  const slow = Array<number>(10).fill(5000);
  const all = await Promise.all([collectFigures([source(quick)]), collectFigures([source(slow)])]);
  const merged = mergeFigures(all);
  const alone = mergeFigures([await collectFigures([source([...quick, ...slow])])]);
  expect([...merged]).toEqual([...alone]);
  expect([...merged.keys()]).toEqual([50, 75, 90, 95].map((p) => `http.latency_${p}pct type=all`));
  expect(merged.get('http.latency_50pct type=all')).toEqual(['2']);
  expect(merged.get('http.latency_95pct type=all')).toEqual(['6400']);
});

it('fails as a whole when a source does', async () => {
  await expect(collectFigures([{ collectStats: () => Promise.reject(new Error('no storage')) }])).rejects.toThrow('no storage');
});
