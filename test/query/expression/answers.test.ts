import { parseUriQuery } from '../../../src/query';
import { expOutputs, parseExpRequest, planExp, validateExp } from '../../../src/query/expression/exp';
import { evaluateExp } from '../../../src/query/expression/exp/evaluate';
import { gexpResults, parseExpressions, placeSubQueries, planCalls, type ParsedGexp } from '../../../src/query/expression/gexp';
import type { PointArrayPool } from '../../../src/query/series/point-arrays';
import { TestEngine } from '../support/engine';

const T = 1356998400;
const CLIENT = { remote: '/127.0.0.1:1', headers: new Map<string, string>() };

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open({ 'tsd.core.auto_create_metrics': 'true' });
  for (const [metric, factor] of [
    ['m.one', 1],
    ['m.two', 10],
  ] as const) {
    for (let i = 0; i < 3; i++)
      await engine.put(`${metric} ${T + i * 60} ${i * factor} host=a`, `${metric} ${T + i * 60} ${-i * factor} host=b`);
  }
});
afterAll(() => engine.close());

/** `/api/query/gexp`: metric and values of each output object. */
async function gexp(question: string): Promise<string[]> {
  const params = new URLSearchParams(`start=${T}&end=${T + 100}&${question}`);
  const { settings } = engine.engine;
  let parsed: ParsedGexp = { calls: [], subQueries: new Map() };
  const uri = {
    has: (n: string) => params.has(n),
    last: (n: string) => params.getAll(n).at(-1) ?? null,
    all: (n: string) => params.getAll(n),
  };
  const query = parseUriQuery(uri, () => {
    parsed = parseExpressions(params.getAll('exp'), settings.expressions);
    return [...parsed.subQueries.values()];
  });
  const places = placeSubQueries(parsed, query);
  const valid = { ...engine.engine.validate(query), wholeScan: true };
  const found = await engine.engine.execute(valid, { client: CLIENT, query }, new AbortController().signal);
  const texts: string[] = [];
  for await (const { metric, points } of gexpResults(found, () => planCalls(parsed, places), valid)) {
    texts.push(`${metric} ${[...points.values.subarray(0, points.size)].map((value) => value + 0).join(',')}`);
  }
  found.finish(200, null, true);
  return texts;
}

describe('metrics of expressions', () => {
  test('are told apart from other sub-queries', async () => {
    expect(await gexp('m=sum:m.two{host=a}&exp=scale(sum:m.one{host=a},2)')).toEqual(['m.one 0,2']);
  });
  test('may be equal', async () => {
    expect(await gexp('exp=sum(sum:m.one{host=a},sum:m.one{host=a})&exp=scale(sum:m.two{host=a},1)')).toEqual(['m.one 0,2', 'm.two 0,10']);
  });
});

test('an expression lines series up and takes others as its variables', async () => {
  const body = JSON.stringify({
    time: { start: `${T}`, end: `${T + 100}`, aggregator: 'sum' },
    filters: [{ id: 'f', tags: [{ type: 'wildcard', tagk: 'host', filter: '*', groupBy: true }] }],
    metrics: [
      { id: 'a', metric: 'm.one', filter: 'f' },
      { id: 'b', metric: 'm.two', filter: 'f' },
    ],
    expressions: [
      { id: 'e', expr: 'a + b' },
      { id: 'g', expr: 'e * 2 - b' },
    ],
    outputs: [{ id: 'g', alias: 'G' }],
  });
  const { settings } = engine.engine;
  const valid = validateExp(parseExpRequest(body), settings.expressions, settings.timeZone, Date.now());
  const plan = planExp(valid);
  const query = { ...engine.engine.validate(plan.query), wholeScan: true };
  const found = await engine.engine.execute(query, { client: CLIENT, query: plan.query }, new AbortController().signal);
  const keep = jest.spyOn(found, 'keep');
  const outputs = await expOutputs(found, valid, plan);
  // Two series each of a, b and e are held; those of g are computed as they are written.
  expect(keep.mock.calls.map(([points]) => points.size)).toEqual([3, 3, 3, 3, 3, 3]);
  for (const { id, alias, labels, rows } of outputs) {
    expect([id, alias]).toEqual(['g', 'G']);
    expect(labels.map(({ metrics, commonTags }) => [metrics, commonTags.get('host')])).toEqual([
      [['m.one', 'm.two'], 'a'],
      [['m.one', 'm.two'], 'b'],
    ]);
    expect([rows.next(), rows.valueOf(0), rows.valueOf(1) + 0]).toEqual([T * 1000, 0, 0]);
    expect([rows.next(), rows.valueOf(0), rows.valueOf(1)]).toEqual([(T + 60) * 1000, 12, -12]);
  }
  found.finish(200, null, true);
  expect(engine.engine.registry.completed.at(-1)?.completion?.status).toBe(200);
});

describe('while expressions are evaluated others have their turn', () => {
  beforeAll(async () => {
    for (let i = 0; i < 10; i++) await engine.put(`m.three ${T + i * 10} 1 host=a`, `m.three ${T + i * 10} 2 host=b`);
  });

  /** How often, until the last of these expressions over two metrics is there. */
  async function turnsOf(...expressions: string[]): Promise<number> {
    const body = JSON.stringify({
      time: { start: `${T}`, end: `${T + 100}`, aggregator: 'sum' },
      filters: [{ id: 'f', tags: [{ type: 'wildcard', tagk: 'host', filter: '*', groupBy: true }] }],
      metrics: [
        { id: 'a', metric: 'm.one', filter: 'f' },
        { id: 'b', metric: 'm.three', filter: 'f' },
      ],
      expressions: expressions.map((expr, i) => ({ id: `e${i}`, expr })),
      outputs: [{ id: `e${expressions.length - 1}` }],
    });
    const { settings } = engine.engine;
    const valid = validateExp(parseExpRequest(body), settings.expressions, settings.timeZone, Date.now());
    const plan = planExp(valid);
    const query = { ...engine.engine.validate(plan.query), wholeScan: true };
    const found = await engine.engine.execute(query, { client: CLIENT, query: plan.query }, new AbortController().signal);
    let turns = 0;
    for (const output of evaluateExp(valid, plan, found.groups(), found)) if (output === null) turns++;
    found.finish(200, null, true);
    return turns;
  }

  test('at each that is joined, whether it is shown or not', async () => {
    const few = await turnsOf('a + b');
    const many = await turnsOf(...Array.from({ length: 100 }, (_, i) => `a + b * ${i}`));
    expect(many - few).toBeGreaterThanOrEqual(99);
  });

  test('within a row, where an expression is long', async () => {
    const short = await turnsOf('a + b', 'e0 * 2');
    const sum = (operands: number): string => (operands === 1 ? 'b' : `(${sum(operands / 2)} + ${sum(operands / 2)})`);
    const long = await turnsOf(`${sum(2048)} + a`, 'e0 * 2');
    // Ten rows of two series.
    expect(long - short).toBeGreaterThanOrEqual(1);
  });
});

test('loading the evaluation takes no arrays that queries share: they would stay with the process', () => {
  jest.isolateModules(() => {
    const { pointArrays } = jest.requireActual<{ pointArrays: PointArrayPool }>('../../../src/query/series/point-arrays');
    const take = jest.spyOn(pointArrays, 'take');
    jest.requireActual('../../../src/query/expression/exp/evaluate');
    expect(take).not.toHaveBeenCalled();
  });
});
