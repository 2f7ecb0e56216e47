// Random series and random requests of /api/query/gexp and /api/query/exp, the same ones for the same seed.

/** On the hour, so that windows can be placed around it. */
const T0 = 1_700_006_400;

/** A generator of numbers in [0, 1) (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Choices {
  constructor(seed) {
    this.random = seeded(seed);
  }
  int(from, to) {
    return from + Math.floor(this.random() * (to - from + 1));
  }
  of(...items) {
    return items[Math.floor(this.random() * items.length)];
  }
  chance(p) {
    return this.random() < p;
  }
}

const METRICS = ['df.int', 'df.float', 'df.mixed', 'df.gaps', 'df.shifted'];

/** Points to put: regular and irregular series, integers, floats and both, with missing tags and gaps. */
export function points(seed) {
  const c = new Choices(seed);
  const all = [];
  for (const metric of METRICS) {
    for (const host of ['a', 'b', 'c']) {
      if (metric === 'df.gaps' && host === 'c') continue;
      const tags = host === 'c' && metric !== 'df.int' ? { host } : { host, dc: c.of('x', 'y') };
      for (let i = 0; i < 90; i++) {
        if (metric === 'df.gaps' && c.chance(0.4)) continue;
        const shift = metric === 'df.shifted' ? { a: 0, b: 17, c: 33 }[host] : 0;
        const whole = c.int(-50, 200);
        const float = metric === 'df.float' || (metric === 'df.mixed' && c.chance(0.5));
        all.push({ metric, timestamp: T0 + i * 60 + shift, value: float ? whole + 0.25 * c.int(1, 3) : whole, tags });
      }
    }
  }
  return all;
}

function window(c) {
  const start = T0 + c.int(0, 3000);
  return { start, end: start + c.int(60, 3000) };
}

function metricText(c) {
  const parts = [c.of('sum', 'avg', 'max', 'min', 'count', 'zimsum', 'none', 'dev')];
  if (c.chance(0.4)) parts.push(`${c.of('1m', '2m', '5m', '90s')}-${c.of('avg', 'sum', 'max')}${c.of('', '', '-nan', '-zero', '-null')}`);
  if (c.chance(0.15)) parts.push('rate');
  return `${parts.join(':')}:${c.of(...METRICS)}${c.of('', '{host=*}', '{host=a}', '{dc=*}', '{host=a|b}', '{host=*,dc=*}')}`;
}

function call(c, depth) {
  const input = () => (depth < 3 && c.chance(0.3) ? call(c, depth + 1) : metricText(c));
  switch (c.int(0, 7)) {
    case 0:
      return `scale(${input()},${c.of('2', '-1', '0.5', '0', '1000000', '-.25')})`;
    case 1:
      return `absolute(${input()})`;
    case 2:
      return `movingAverage(${input()},${c.of('1', '3', '10', "'2min'", "'5min'", "'90s'", "'1hour'")})`;
    case 3:
      return `${c.of('highestMax', 'highestCurrent')}(${input()},${c.int(1, 4)})`;
    case 4:
      return `${c.of('sum', 'difference', 'multiply', 'divide')}(${input()},${input()})`;
    case 5:
      return `${c.of('sumSeries', 'diffSeries', 'multiplySeries', 'divideSeries')}(${input()},${input()},${input()})`;
    case 6:
      return `alias(${input()},${c.of('x', '@host', 'n-@host-@dc', '@dc,z')})`;
    default:
      return c.of(
        'scale(sum:df.int)',
        'scale(sum:df.int,x)',
        'movingAverage(sum:df.int,0)',
        'shift(sum:df.int)',
        "timeShift(sum:df.int,'1min')",
      );
  }
}

function gexp(c) {
  const { start, end } = window(c);
  const calls = Array.from({ length: c.of(1, 1, 2) }, () => call(c, 1));
  const flags = c.of('', '', '&ms', '&arrays');
  const path = `/api/query/gexp?start=${start}&end=${end}${flags}${calls.map((text) => `&exp=${encodeURIComponent(text)}`).join('')}`;
  return { method: 'GET', path };
}

function arithmetic(c, names, depth) {
  if (depth > 3 || c.chance(0.3))
    return c.chance(0.75) ? c.of(...names) : c.of('2', '0.5', '3.7d', '10', '0', '1.5', '7L', '2.5b', 'null', 'true');
  const side = () => arithmetic(c, names, depth + 1);
  switch (c.int(0, 9)) {
    case 0:
      return `(${side()} ${c.of('>', '<', '>=', '<=', '==', '!=')} ${side()})`;
    case 1:
      return `(${side()} ${c.of('&&', '||', 'and', 'or')} ${side()})`;
    case 2:
      return `(${side()} > ${side()} ? ${side()} : ${side()})`;
    case 3:
      return `-${side()}`;
    case 4:
      return `${c.of('!', '~')}${side()}`;
    default:
      return `(${side()} ${c.of('+', '-', '*', '/', '%', '+', '-', '*')} ${side()})`;
  }
}

/** Outer parentheses are left out: two pairs of them hide variables from the original. */
function expression(c, names) {
  const [left, right] = [arithmetic(c, names, 1), arithmetic(c, names, 1)];
  return `${c.of(...names)} ${c.of('+', '-', '*', '/')} ${left} ${c.of('+', '*', '-')} ${right}`;
}

function exp(c) {
  const { start, end } = window(c);
  const names = ['a', 'b', 'c'].slice(0, c.int(1, 3));
  const tag = (tagk, filter) => ({ type: filter === '*' ? 'wildcard' : 'literal_or', tagk, filter, groupBy: true });
  const filters = [
    { id: 'h', tags: [tag('host', '*')] },
    { id: 'ab', tags: [tag('host', 'a|b')] },
    { id: 'd', tags: [tag('dc', '*')] },
  ];
  const metrics = names.map((id) => ({
    id,
    metric: c.of(...METRICS),
    ...(c.chance(0.85) ? { filter: c.of('h', 'h', 'ab', 'd') } : {}),
    ...(c.chance(0.4) ? { fillPolicy: c.of({ policy: 'nan' }, { policy: 'zero' }, { policy: 'scalar', value: 7 }) } : {}),
    ...(c.chance(0.2) ? { aggregator: c.of('max', 'avg', 'none') } : {}),
  }));
  const join = c.chance(0.5)
    ? { join: { operator: c.of('union', 'intersection'), useQueryTags: c.chance(0.4), includeAggTags: c.chance(0.5) } }
    : {};
  const time = { start: String(start), end: String(end), aggregator: c.of('sum', 'max', 'avg', 'min') };
  if (c.chance(0.4)) time.downsampler = { interval: c.of('1m', '5m', '2m'), aggregator: c.of('avg', 'sum') };
  if (c.chance(0.15)) time.rate = true;
  const expressions = c.chance(0.1) ? undefined : [{ id: 'e', expr: expression(c, names), ...join }];
  const outputs = c.chance(0.2) ? [{ id: c.of('e', 'a', 'zz'), alias: 'out' }] : undefined;
  return { method: 'POST', path: '/api/query/exp', body: { time, filters, metrics, expressions, outputs } };
}

/** The request of one seed. */
export function request(seed) {
  const c = new Choices(seed);
  return c.chance(0.5) ? gexp(c) : exp(c);
}
