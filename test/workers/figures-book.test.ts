import { mergeFigures, type Figures } from '../../src/workers';
import { FiguresBook } from '../../src/workers/figures-book';
import { LatencyHistogram } from '../../src/util/latency-histogram';

const figures = (values: Record<string, number | string>, latencies: readonly number[] = []): Figures => {
  const histogram = new LatencyHistogram();
  for (const ms of latencies) histogram.add(ms);
  return {
    values: Object.entries(values).map(([key, value]) => [key, String(value)] as const),
    latencies: [['http.latency', { type: 'all' }, histogram.counts]],
  };
};

const told = (book: FiguresBook<string>, asker: string, own: Figures): Record<string, string[]> => {
  book.take(asker, own);
  return Object.fromEntries(mergeFigures([own, ...book.allBut(asker)]));
};

it('keeps in the sums what a worker has counted that has ended, and not what it had', () => {
  const book = new FiguresBook<string>();
  const first = { 'rpc.received type=http': 10, 'connectionmgr.connections type=open': 4, 'connectionmgr.connections type=total': 6 };
  book.take('one', figures({ ...first, 'uid.cache-size kind=tagk': 3, 'uid.ids-used kind=tagk': 7, 'queue.length plugin=p': 5 }, [1, 1]));
  book.end('one');
  const own = figures({ 'rpc.received type=http': 1, 'connectionmgr.connections type=open': 1, 'uid.ids-used kind=tagk': 2 }, [5000, 5000]);
  const { 'http.latency_50pct type=all': median, 'http.latency_95pct type=all': longest, ...sums } = told(book, 'two', own);
  expect(sums).toMatchObject({
    'rpc.received type=http': ['11'],
    'connectionmgr.connections type=open': ['1'],
    'connectionmgr.connections type=total': ['6'],
    'uid.ids-used kind=tagk': ['2'],
  });
  expect(Object.keys(sums)).not.toContain('uid.cache-size kind=tagk');
  expect(Object.keys(sums)).not.toContain('queue.length plugin=p');
  expect([median, longest]).toEqual([['2'], ['6400']]);
  book.end('two');
  expect(told(book, 'three', figures({ 'rpc.received type=http': 5 }))['rpc.received type=http']).toEqual(['16']);
});

it('tells of one that does not answer what it had said before', () => {
  const book = new FiguresBook<string>();
  book.take('one', figures({ 'rpc.received type=http': 10, 'write.buffer.points': 3 }));
  expect(told(book, 'two', figures({ 'rpc.received type=http': 1 }))).toMatchObject({
    'rpc.received type=http': ['11'],
    'write.buffer.points': ['3'],
  });
});

it('keeps nothing of one that nobody has been told of', () => {
  const book = new FiguresBook<string>();
  book.end('one');
  expect([...mergeFigures(book.allBut('two'))]).toEqual([]);
});
