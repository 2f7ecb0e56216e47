import { parseJsonQuery, parseMetricParam, parseUriQuery, removeDuplicates } from '../../../src/query/parse';

/** How many of two sub-queries of a JSON body are left. @param members of the two, beside aggregator and metric */
function leftOf(...members: [string, string]): number {
  const subs = members.map((m) => `{"aggregator":"sum","metric":"m"${m === '' ? '' : ','}${m}}`);
  const query = parseJsonQuery(`{"start":1,"queries":[${subs}]}`);
  removeDuplicates(query);
  return query.queries?.length ?? 0;
}

const filters = (...texts: string[]): string =>
  `"filters":[${texts.map((text) => {
    const [type, filter] = text.split(' ');
    return `{"type":"${type}","tagk":"host","filter":"${filter}"}`;
  })}]`;

// Answers of 2.4.1.
test.each<[a: string, b: string, left: number]>([
  ['', '', 1],
  ['"filters":[]', '', 2],
  ['"tags":{}', '', 2],
  ['"filters":null', '', 1],
  ['"filters":null', '"filters":[]', 2],
  ['"filters":[]', '"tags":{}', 1],
  ['"percentiles":[]', '', 2],
  ['"rateOptions":{}', '', 2],
  ['"rateOptions":{}', '"rateOptions":{"counter":false}', 1],
  ['"rateOptions":{"counter":true}', '"rateOptions":{"counter":false}', 2],
  ['"tsuids":[]', '', 2],
  ['"downsample":"1m-sum"', '"downsample":"60s-sum"', 2],
  ['"rollupUsage":"ROLLUP_RAW"', '', 1],
  [filters('wildcard *'), filters('iwildcard *'), 2],
  [filters('wildcard a*'), filters('wildcard A*'), 2],
  [filters('iwildcard a*'), filters('iwildcard A*'), 1],
  [filters('wildcard *a'), filters('wildcard a*'), 1],
  [filters('literal_or a|b'), filters('literal_or b|a'), 1],
  [filters('literal_or a|a'), filters('literal_or a'), 1],
  [filters('literal_or a'), filters('iliteral_or a'), 2],
  [filters('literal_or a'), filters('not_literal_or a'), 2],
  [filters('not_iliteral_or a'), filters('iliteral_or a'), 2],
  [filters('not_iliteral_or a'), filters('not_literal_or a'), 2],
  [filters('regexp .*'), filters('wildcard *'), 2],
  [filters('literal_or a', 'literal_or b'), filters('literal_or b', 'literal_or a'), 2],
  ['"tags":{"host":"*"}', '"tags":{"host":"iwildcard(*)"}', 1],
  ['"tags":{"host":"*"}', filters('wildcard *'), 2],
  ['"tags":{"host":"a"}', filters('literal_or a'), 1],
])('{%s} and {%s}: %d', (a, b, left) => {
  expect(leftOf(a, b)).toBe(left);
  expect(leftOf(b, a)).toBe(left);
});

test.each<[m: string[], left: number]>([
  [['sum:m{host=*}', 'sum:m{host=iwildcard(*)}'], 1],
  [['sum:m{host=a*}', 'sum:m{host=iwildcard(a*)}'], 1],
  [['sum:m{host=*}', 'sum:m{host=wildcard(*)}'], 2],
  [['sum:m', 'sum:m{}'], 1],
])('m=%s: %d', (m, left) => {
  const query = parseUriQuery({ has: () => false, last: () => '1', all: (name) => (name === 'm' ? m : []) });
  removeDuplicates(query);
  expect(query.queries).toHaveLength(left);
});

test.each<[m: string, types: string[]]>([
  ['sum:m{host=*,host=iwildcard(*)}', ['wildcard']],
  ['sum:m{host=iwildcard(*),host=*}', ['iwildcard']],
  ['sum:m{host=*a*,host=iwildcard(*a*)}', ['wildcard']],
  ['sum:m{host=*}{host=iwildcard(*)}', ['iwildcard']],
  ['sum:m{host=wildcard(*),host=*}', ['wildcard', 'wildcard']],
  ['sum:m{host=a,host=iliteral_or(a)}', ['literal_or', 'iliteral_or']],
])('inside the braces of %s', (m, types) => {
  expect(parseMetricParam(m).filters?.map((f) => f.type)).toEqual(types);
});
