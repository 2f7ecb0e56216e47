import { parseGraph, printGraph } from '../../web/src/state/fragment';
import { EMPTY_GRAPH, letterOf } from '../../web/src/state/graph-state';
import { EMPTY_METRIC } from '../../web/src/state/metric-query';

const graphOf = (fragment: string): ReturnType<typeof parseGraph>['graph'] => parseGraph(fragment).graph;

describe("the original's bookmarks", () => {
  it('open with everything that they say', () => {
    const { graph, problems } = parseGraph(
      '#start=2013/01/01-00:00:00&end=2013/01/02-00:00:00&m=sum:10m-avg:rate%7Bcounter,1000,5%7D:sys.cpu.user%7Bhost=*,cpu=0%7D&o=axis%20x1y2' +
        '&m=avg:net.bytes&o=&yrange=%5B0:%5D&y2range=%5B1:%5D&ylabel=percent&y2log&yformat=%25.2f&key=out%20right%20top%20horiz%20box' +
        '&wxh=900x500&smooth=csplines&style=points&autoreload=30&tz=Europe/Berlin&global_annotations',
    );
    expect(problems).toEqual([]);
    expect(graph).toEqual({
      ...EMPTY_GRAPH,
      start: '2013/01/01-00:00:00',
      end: '2013/01/02-00:00:00',
      tz: 'Europe/Berlin',
      metrics: [
        {
          ...EMPTY_METRIC,
          metric: 'sys.cpu.user',
          downsample: { interval: '10m', aggregator: 'avg', fill: 'none' },
          rate: { counter: true, max: '1000', reset: '5', dropResets: false },
          filters: [
            { tagk: 'host', type: 'wildcard', filter: '*', groupBy: true },
            { tagk: 'cpu', type: 'literal_or', filter: '0', groupBy: true },
          ],
          rightAxis: true,
        },
        { ...EMPTY_METRIC, aggregator: 'avg', metric: 'net.bytes' },
      ],
      y: { label: 'percent', format: '%.2f', range: '[0:]', log: false },
      y2: { label: '', format: '', range: '[1:]', log: true },
      key: { shown: true, outside: true, column: 'right', row: 'top', horizontal: true, box: true },
      size: '900x500',
      smooth: 'csplines',
      style: 'points',
      autoreload: 30,
      globalAnnotations: true,
    });
  });

  it('take + for a blank, and a broken escape as it is', () => {
    const { key, title } = graphOf('start=1h-ago&key=out+left&title=100%');
    expect([key.outside, key.column, title]).toEqual([true, 'left', '100%']);
  });

  it('keep what this page does not know', () => {
    expect(printGraph(graphOf('start=1h-ago&m=sum:a&bgcolor=xFFFFFF'))).toBe('start=1h-ago&m=sum:a&bgcolor=xFFFFFF');
  });

  it('say which parts are no query', () => {
    const { graph, problems } = parseGraph('m=sum&m=avg:b{c&m=sum:good');
    expect(problems).toEqual(['m=sum', 'm=avg:b{c']);
    expect(graph.metrics.map(({ metric }) => metric)).toEqual(['good']);
  });
});

describe('an address', () => {
  it.each([
    'start=1h-ago&m=sum:sys.cpu.user',
    'start=1h-ago&m=sum:1dc-avg-zero:rate{dropcounter,10,5}:sys.cpu.user{host=*}{dc=not_literal_or(ams)}',
    'start=1h-ago&m=sum:m{}{dc=ams|fra}',
    'start=1h-ago&m=sum:percentiles[50,99.9]:latency{host=WEB*}',
    'start=1h-ago&m=sum:1h-sum:rollup_fallback_raw:explicit_tags:m{host=regexp(web.*)}',
    'start=1h-ago&end=now&tsuid=sum:000001000001000001,000001000001000002',
    'start=1h-ago&m=sum:a&o=axis+x1y2&m=sum:b&o&y2label=right',
    'start=1h-ago&m=sum:a&key=left+top+box&style=stacked&view=table',
    'start=1h-ago&m=sum:a&m=sum:b&exp=scale(sum:a,10)&formula=a+/+b+*+100&autoreload=15&tab=1',
    'start=1h-ago&m=sum:a&nokey&no_annotations',
    // decoded twice, as /q does
    'start=1h-ago&m=sum:a&yformat=%2525.1f&xformat=%2525H&title=50%2525+%252B+1',
  ])('%s says the same again', (fragment) => {
    expect(printGraph(graphOf(fragment)).replace(/(?<!%25)%2B/g, '+')).toBe(fragment);
  });

  it('can say filters for which m has no words', () => {
    const metric = {
      ...EMPTY_METRIC,
      metric: 'm',
      filters: [{ tagk: 'host', type: 'regexp', filter: '^web{2,3}=(a|b):.*$', groupBy: false }],
      rightAxis: true,
    };
    const text = printGraph({ ...EMPTY_GRAPH, metrics: [metric] });
    expect(text).toContain('&mj=');
    expect(graphOf(text).metrics).toEqual([metric]);
  });

  it('takes nothing of a wrong type from its JSON', () => {
    const text = `mj=${encodeURIComponent('{"metric":7,"filters":[{"tagk":1}],"rate":"x","aggregator":"avg","constructor":1,"__proto__":{"metric":"x"}}')}`;
    const [metric] = graphOf(text).metrics;
    expect(metric).toEqual({ ...EMPTY_METRIC, aggregator: 'avg' });
    expect(parseGraph('mj={').problems).toEqual(['mj={']);
    expect(parseGraph('mj=null').problems).toEqual(['mj=null']);
  });

  it.each([
    ['autoreload=1', 5],
    ['autoreload=x', null],
    ['', null],
  ])('%s reloads every %s seconds', (fragment, seconds) => {
    expect(graphOf(fragment).autoreload).toBe(seconds);
  });
});

it('numbers tabs by letters', () => {
  expect([0, 25, 26, 27, 51, 52].map(letterOf)).toEqual(['a', 'z', 'aa', 'ab', 'az', 'ba']);
});
