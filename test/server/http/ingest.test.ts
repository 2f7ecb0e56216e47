import { ask, type Answer } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon({ 'tsd.http.show_stack_trace': 'false' });
});
afterAll(() => tsd.stop());

const post = (path: string, body: unknown): Promise<Answer> =>
  ask(tsd.port, path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
const errorOf = ({ status, text }: Answer): unknown[] => {
  const { message, details = null } = (JSON.parse(text) as { error: { message: string; details?: string } }).error;
  return [status, message, details];
};

const point = (over: object = {}): object => ({ metric: 'm', timestamp: 1357006177, value: 1, tags: { a: 'b' }, ...over });
const text = (extra = ''): string => `{"metric":"m","timestamp":1357006177,"value":"1","tags":{"a":"b"}${extra}}`;
const SEE_LOGS = 'Please see the TSD logs or append "details" to the put request';

describe('/api/rollup as long as no rollups are configured', () => {
  it.each([
    ['no interval', point(), text(), 'Missing interval'],
    ['an interval, no aggregator', point({ interval: '1h' }), text(',"interval":"1h"'), 'Missing aggregator'],
    ['an aggregator, no interval', point({ aggregator: 'sum' }), text(',"aggregator":"sum"'), 'Missing interval'],
    [
      'empty texts',
      point({ interval: '', aggregator: '', groupByAggregator: '' }),
      text(',"interval":"","aggregator":"","groupByAggregator":""'),
      'Missing interval',
    ],
    [
      'nothing missing',
      point({ interval: '1h', aggregator: 'sum' }),
      text(',"interval":"1h","aggregator":"sum"'),
      'No rollup or aggregations were configured',
    ],
    ['a group by', point({ groupByAggregator: 'max' }), text(',"groupByAggregator":"max"'), 'No rollup or aggregations were configured'],
    [
      'scalars that are no texts, a null, a field nobody knows',
      point({ interval: 5, aggregator: true, groupByAggregator: null, x: [1], tsuid: '00' }),
      text(',"tsuid":"00","interval":"5","aggregator":"true"'),
      'No rollup or aggregations were configured',
    ],
    [
      'a value that is no number',
      point({ value: 'x', interval: '1h', aggregator: 'sum' }),
      '{"metric":"m","timestamp":1357006177,"value":"x","tags":{"a":"b"},"interval":"1h","aggregator":"sum"}',
      'Unable to parse value to a number',
    ],
    ['no metric', { metric: '', timestamp: 0 }, '{"metric":"","timestamp":0}', 'Metric name was empty'],
    ['no time', point({ timestamp: 0 }), '{"metric":"m","timestamp":0,"value":"1","tags":{"a":"b"}}', 'Invalid timestamp'],
    ['null', null, 'null', 'Unexpected null datapoint encountered in set.'],
  ])('refuses a point with %s', async (_name, sent, shown, error) => {
    const answer = await post('/api/rollup?details', [sent]);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(`{"success":0,"failed":1,"errors":[{"datapoint":${shown},"error":${JSON.stringify(error)}}]}`);
  });

  it('answers as put does', async () => {
    expect(errorOf(await post('/api/rollup', point()))).toEqual([400, 'One or more data points had errors', SEE_LOGS]);
    expect((await post('/api/rollup?summary', point())).text).toBe('{"success":0,"failed":1}');
    expect((await post('/api/rollup?summary&sync&sync_timeout=5', point())).text).toBe('{"success":0,"timeouts":0,"failed":1}');
    expect(errorOf(await post('/api/rollup', ''))).toEqual([400, 'Missing request content', null]);
    expect(errorOf(await post('/api/rollup', '[]'))).toEqual([400, 'No datapoints found in content', null]);
    expect(errorOf(await post('/api/rollup', '{"interval":{}}'))[1]).toBe('Unable to parse the given JSON');
    expect((await ask(tsd.port, '/api/rollup')).status).toBe(405);
  });
});

describe('/api/histogram as long as no codecs are configured', () => {
  it.each(['GET', 'POST', 'PUT'])('refuses %s before it looks at anything', async (method) => {
    const answer = await ask(tsd.port, '/api/histogram?details', method === 'GET' ? { method } : { method, body: '{' });
    expect(errorOf(answer)).toEqual([
      503,
      "Histogram storage has not been enabled. Check the 'tsd.core.histograms.config' configuration.",
      null,
    ]);
  });
});

describe('sync_timeout of /api/put', () => {
  it('without sync is shown all the same, unless it is 0 or less', async () => {
    expect((await post('/api/put?summary&sync_timeout=5', point())).text).toBe('{"success":1,"timeouts":0,"failed":0}');
    expect((await post('/api/put?summary&sync_timeout=5', [null])).text).toBe('{"success":0,"timeouts":0,"failed":1}');
    for (const none of ['0', '-1'])
      expect((await post(`/api/put?summary&sync_timeout=${none}`, point())).text).toBe('{"success":1,"failed":0}');
  });

  it.each(['x', '', '2147483648', '9999999999'])('has to be an int: %p', async (timeout) => {
    expect(errorOf(await post(`/api/put?sync_timeout=${timeout}`, point()))).toEqual([400, `For input string: "${timeout}"`, null]);
  });

  it('is looked at after the body', async () => {
    expect(errorOf(await post('/api/put?sync_timeout=x', '{'))[1]).toBe('Unable to parse the given JSON');
    expect(errorOf(await post('/api/put?sync_timeout=x', '[]'))[1]).toBe('No datapoints found in content');
  });
});

test('a null among good points is one error, and the others are stored', async () => {
  const list = [point({ metric: 'among' }), null, point({ metric: 'among', timestamp: 1357006178 })];
  const answer = await post('/api/put?details=false&sync', list);
  expect(answer.status).toBe(400);
  expect(answer.text).toBe(
    '{"success":2,"failed":1,"errors":[{"datapoint":null,"error":"Unexpected null datapoint encountered in set."}]}',
  );
  const found = await ask(tsd.port, '/api/query?start=1357006000&end=1357007000&m=sum:among');
  expect(found.text).toContain('"dps":{"1357006177":1,"1357006178":1}');
});

test.each(['000000000001357006177', '+1357006177', ' 1357006177 ', '+00000000000000000001357006177', '１３５７００６１７７'])(
  'a timestamp in quotes is read as Java reads a long: %p',
  async (timestamp) => {
    const answer = await post('/api/put?details=false&sync', [point({ metric: 'quoted', timestamp, value: 7 })]);
    expect([answer.status, answer.text]).toEqual([200, '{"success":1,"failed":0,"errors":[]}']);
    const found = await ask(tsd.port, '/api/query?start=1357006000&end=1357007000&m=sum:quoted');
    expect(found.text).toContain('"dps":{"1357006177":7}');
  },
);
