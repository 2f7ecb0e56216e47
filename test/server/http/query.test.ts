import { gunzipSync } from 'node:zlib';
import { ask, json } from '../support/client';
import { startDaemon, type TestDaemon } from '../support/daemon';

const B = 1356998400;
const HOUR = `start=${B}&end=${B + 3600}`;

let tsd: TestDaemon;
beforeAll(async () => {
  tsd = await startDaemon();
  const put = async (points: object[]): Promise<void> => {
    expect((await ask(tsd.port, '/api/put?sync', { body: JSON.stringify(points) })).status).toBe(204);
  };
  await put([{ metric: 'sys.cpu', timestamp: B, value: 1, tags: { host: 'web01', dc: 'lga' } }]);
  await put([
    { metric: 'sys.cpu', timestamp: B + 60, value: 2, tags: { host: 'web01', dc: 'lga' } },
    { metric: 'sys.cpu', timestamp: B, value: 1.5, tags: { host: 'web02', dc: 'lga' } },
  ]);
  await put(Array.from({ length: 3600 }, (_, i) => ({ metric: 'long', timestamp: B + i, value: i / 7, tags: { host: 'a' } })));
});
afterAll(() => tsd.stop());

const get = (target: string, headers = {}): ReturnType<typeof ask> => ask(tsd.port, `/api/query?${target}`, { headers });
const post = (body: unknown, target = '/api/query'): ReturnType<typeof ask> =>
  ask(tsd.port, target, { body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('answers', () => {
  it('are the original’s to the byte', async () => {
    const answer = await get(`${HOUR}&m=sum:sys.cpu%7Bdc=lga%7D`);
    expect(answer.text).toBe(`[{"metric":"sys.cpu","tags":{"dc":"lga"},"aggregateTags":["host"],"dps":{"${B}":2.5,"${B + 60}":2}}]`);
    expect(answer.headers['content-type']).toBe('application/json; charset=UTF-8');
    expect((await get(`${HOUR}&m=sum:sys.cpu%7Bdc=lga%7D&arrays&ms`)).text).toBe(
      `[{"metric":"sys.cpu","tags":{"dc":"lga"},"aggregateTags":["host"],"dps":[[${B}000,2.5],[${B + 60}000,2]]}]`,
    );
    expect((await get(`${HOUR}&m=sum:1m-sum:sys.cpu%7Bhost=*%7D`)).text).toBe(
      `[{"metric":"sys.cpu","tags":{"host":"web01","dc":"lga"},"aggregateTags":[],"dps":{"${B}":1.0,"${B + 60}":2.0}},` +
        `{"metric":"sys.cpu","tags":{"host":"web02","dc":"lga"},"aggregateTags":[],"dps":{"${B}":1.5}}]`,
    );
  });

  it('echo the query and the TSUIDs', async () => {
    const m = encodeURIComponent('sum:rate{counter,,5}:1h-sum:sys.cpu{host=web01|web02}{dc=regexp(l.*)}');
    expect((await get(`${HOUR}&m=${m}&show_query&show_tsuids`)).text).toContain(
      '"query":{"aggregator":"sum","metric":"sys.cpu","tsuids":null,"downsample":"1h-sum","rate":true,"filters":[' +
        '{"tagk":"dc","filter":"l.*","group_by":false,"type":"regexp"},{"tagk":"host","filter":"web01|web02","group_by":true,"type":"literal_or"}],' +
        '"percentiles":null,"index":0,"rateOptions":{"counter":true,"counterMax":9223372036854775807,"resetValue":5,"dropResets":false},' +
        '"filterTagKs":["AAAB","AAAC"],"explicitTags":false,"useFuzzyFilter":true,"preAggregate":false,"rollupUsage":null,"rollupTable":"raw",' +
        '"showHistogramBuckets":false,"useMultiGets":true,"tags":{"host":"literal_or(web01|web02)"},"histogramQuery":false},' +
        '"tsuids":["000001000001000001000002000002"],"dps":{}}',
    );
  });

  it('echo keys of filters beside TSUIDs as an empty list, and nothing where there are none', async () => {
    const keysOf = async (sub: object): Promise<unknown> => {
      const queries = [{ aggregator: 'sum', ...sub }];
      const [one] = json(await post({ start: B, end: B + 60, showQuery: true, queries })) as { query: Record<string, unknown> }[];
      return one.query.filterTagKs;
    };
    const tsuids = ['000001000001000001000002000002'];
    const filters = [{ type: 'wildcard', tagk: 'host', filter: '*' }];
    expect(await keysOf({ tsuids, filters })).toEqual([]);
    expect(await keysOf({ tsuids, tags: { host: '*' } })).toEqual([]);
    expect(await keysOf({ tsuids })).toBeNull();
    expect(await keysOf({ tsuids, filters: [] })).toBeNull();
    expect(await keysOf({ metric: 'sys.cpu' })).toBeNull();
    expect(await keysOf({ metric: 'sys.cpu', filters })).toEqual(['AAAB']);
  });

  it('echo numbers and times as they were sent', async () => {
    const rateOptions = '{"counter":true,"counterMax":9007199254740993,"resetValue":-9007199254740993}';
    const body = `{"start":${B},"end":${B + 60},"showQuery":true,"queries":[{"aggregator":"sum","metric":"sys.cpu","rate":true,"rateOptions":${rateOptions}}]}`;
    expect((await post(body)).text).toContain('"counterMax":9007199254740993,"resetValue":-9007199254740993');
    const late = await post(`{"start":${B},"end":9223372036854775807,"queries":[{"aggregator":"sum","metric":"sys.cpu"}]}`);
    expect(late.text).toContain('Invalid timestamp: 9223372036854775807');
  });

  it('tell what a fill policy left empty as it says', async () => {
    const of = async (fill: string): Promise<unknown> => {
      const [one] = json(await get(`start=${B}&end=${B + 120}&m=sum:1m-sum-${fill}:sys.cpu%7Bhost=web02%7D`)) as { dps: object }[];
      return one.dps;
    };
    expect(await of('nan')).toEqual({ [B]: 1.5, [B + 60]: 'NaN', [B + 120]: 'NaN' });
    expect(await of('null')).toEqual({ [B]: 1.5, [B + 60]: null, [B + 120]: null });
    expect(await of('zero')).toEqual({ [B]: 1.5, [B + 60]: 0, [B + 120]: 0 });
  });

  it('come wrapped in a callback; an empty one is ignored', async () => {
    expect((await get(`${HOUR}&m=sum:sys.cpu&jsonp=cb`)).text).toMatch(/^\/\*\*\/cb\(\[\{.*\}\]\)$/);
    expect((await get(`${HOUR}&m=sum:sys.cpu&jsonp=`)).text).toMatch(/^\[\{.*\}\]$/);
    expect(
      (await post({ start: B, end: B + 60, queries: [{ aggregator: 'sum', metric: 'sys.cpu' }] }, '/api/query?jsonp=x&arrays&ms')).text,
    ).toBe(`/**/x([{"metric":"sys.cpu","tags":{"dc":"lga"},"aggregateTags":["host"],"dps":[[${B},2.5],[${B + 60},2]]}])`);
  });

  it('are whole when they are long, compressed or not', async () => {
    const plain = await get(`${HOUR}&m=none:long&arrays&ms`);
    const [{ dps }] = json(plain) as { dps: [number, number][] }[];
    expect(dps).toEqual(Array.from({ length: 3600 }, (_, i) => [(B + i) * 1000, i / 7]));
    const packed = await get(`${HOUR}&m=none:long&arrays&ms`, { 'Accept-Encoding': 'gzip' });
    expect(gunzipSync(packed.body).toString()).toBe(plain.text);
  });

  it('carry statistics when asked for', async () => {
    const answer = json(await get(`${HOUR}&m=sum:sys.cpu&show_stats&show_summary`)) as Record<string, Record<string, unknown>>[];
    expect(answer[0].stats).toMatchObject({ emittedDPs: 2, queryIndex: 0 });
    expect(answer[1].statsSummary).toMatchObject({
      emittedDPs: 2,
      rowsPreFilter: 2,
      queryIdx_00: { scannerStats: { scannerIdx_00: { successfulScan: 1 } } },
    });
  });

  it('are empty for a metric without data, and for a sub-path that nobody knows the plain answer', async () => {
    expect((await get(`start=1&end=2&m=sum:sys.cpu`)).text).toBe('[]');
    expect((await ask(tsd.port, `/api/query/whatever?${HOUR}&m=sum:sys.cpu`)).text).toBe((await get(`${HOUR}&m=sum:sys.cpu`)).text);
  });
});

describe('errors', () => {
  const error = (answer: Awaited<ReturnType<typeof ask>>): unknown => [answer.status, (json(answer) as { error: unknown }).error];

  it('tell what is missing', async () => {
    expect(error(await get('m=sum:sys.cpu'))).toEqual([400, { code: 400, message: 'Missing parameter <code>start</code>' }]);
    expect(error(await get('start=1'))).toEqual([400, { code: 400, message: 'Missing sub queries' }]);
    expect(error(await post(''))).toEqual([
      400,
      { code: 400, message: 'Missing message content', details: 'Supply valid JSON formatted data in the body of your request' },
    ]);
  });

  it('dump the query where it is not valid', async () => {
    expect(error(await get(`${HOUR}&m=bogus:sys.cpu`))).toEqual([
      400,
      {
        code: 400,
        message: 'No such aggregation function: bogus',
        details:
          `TSQuery(start_time=${B}, end_time=${B + 3600}, subQueries[TSSubQuery(metric=sys.cpu, filters=[], tsuids=[], agg=bogus, downsample=null, ` +
          'ds_interval=0, rate=false, rate_options=null, explicit_tags=explicit_tags, index=0, percentiles=null, show_histogram_buckets=false)] ' +
          'padding=false, no_annotations=false, with_global_annotations=false, show_tsuids=false, ms_resolution=false, options=[])',
      },
    ]);
  });

  it('say twice what went wrong while running', async () => {
    const message = "No such name for 'metrics': 'nosuch'";
    expect(error(await get(`${HOUR}&m=sum:nosuch`))).toEqual([400, { code: 400, message, details: message }]);
  });

  it('are for verbs that are none', async () => {
    expect(error(await ask(tsd.port, `/api/query?${HOUR}&m=sum:sys.cpu`, { method: 'PUT' }))).toEqual([
      405,
      { code: 405, message: 'Method not allowed', details: 'The HTTP method [PUT] is not permitted for this endpoint' },
    ]);
    expect((await get(`${HOUR}&m=sum:sys.cpu&method_override=smash`)).status).toBe(405);
  });

  it('keep DELETE out unless it is allowed; an override then only reads', async () => {
    const refused = [
      400,
      { code: 400, message: 'Bad request', details: 'Deleting data is not enabled (tsd.http.query.allow_delete=false)' },
    ];
    for (const path of [`query?${HOUR}&m=sum:sys.cpu`, 'query', 'query?start=1', 'query/nosuch', 'query/gexp', 'query/exp'])
      expect(error(await ask(tsd.port, `/api/${path}`, { method: 'DELETE' }))).toEqual(refused);
    expect(error(await post({ start: B, end: B + 60, queries: [{ aggregator: 'sum', metric: 'sys.cpu' }], delete: true }))).toEqual(
      refused,
    );
    expect((await get(`${HOUR}&m=sum:sys.cpu&method_override=delete`)).status).toBe(200);
    expect((json(await get(`${HOUR}&m=sum:sys.cpu`)) as unknown[]).length).toBe(1);
  });

  it('tell what is wrong with a body before a POST for functions is refused', async () => {
    const asked = async (body: string): Promise<string> =>
      (json(await post(body, '/api/query/gexp')) as { error: { message: string } }).error.message;
    expect(await asked('')).toBe('Missing message content');
    expect(await asked('x')).toBe('Unable to parse the given JSON');
    expect(await asked('{}')).toBe('An internal null pointer exception was thrown');
    expect(await asked(`{"start":${B},"queries":[{"aggregator":"sum","metric":"sys.cpu"}]}`)).toBe(
      'Expressions are taken from the exp parameters of a GET request only',
    );
  });

  it('are counted', async () => {
    const before = { ...tsd.daemon.counters.query };
    await get('start=x&m=sum:sys.cpu');
    await get(`${HOUR}&m=sum:nosuch`);
    await get(`${HOUR}&m=sum:sys.cpu`);
    const { invalidRequests, exceptions, success } = tsd.daemon.counters.query;
    expect([invalidRequests - before.invalidRequests, exceptions - before.exceptions, success - before.success]).toEqual([1, 1, 1]);
  });
});

it('shows its queries under /api/stats/query, secrets of their clients hidden', async () => {
  await get(`${HOUR}&m=sum:sys.cpu&arrays`, { Cookie: 'secret=1', Authorization: 'Basic eDp5', 'X-Api-Key': 'k', 'X-Agent': 'me' });
  const { completed } = json(await ask(tsd.port, '/api/stats/query')) as { completed: { requestHeaders: Record<string, string> }[] };
  expect(completed.at(-1)).toMatchObject({
    exception: 'null',
    requestHeaders: { Cookie: '*******', Authorization: '********', 'X-Api-Key': '********', 'X-Agent': 'me' },
    httpResponse: { code: 200, reasonPhrase: 'OK' },
    sentToClient: true,
  });
});
