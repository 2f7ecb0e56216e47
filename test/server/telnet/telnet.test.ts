import { openTempStore, type TempStore } from '../../support/temp-store';
import { cellsOf } from '../../write/support/data-table';
import { TelnetTsd } from './support/telnet-tsd';

let store: TempStore;
let tsd: TelnetTsd;
beforeAll(async () => {
  store = await openTempStore();
  tsd = await new TelnetTsd(store.storage, {}).listen();
});
afterAll(async () => {
  await tsd.close();
  await store.close();
});

/** Lines and replies of the original, observed. */
const OBSERVED: readonly (readonly [line: string, reply: string])[] = [
  ['put', 'put: illegal argument: not enough arguments (need least 4, got 0)'],
  ['put a b c', 'put: illegal argument: not enough arguments (need least 4, got 3)'],
  ['put m 1699999314 1\thost=a', 'put: illegal argument: not enough arguments (need least 4, got 3)'],
  ['put m 0 1 a=b', 'put: illegal argument: invalid timestamp: 0'],
  ['put m -1 1 a=b', 'put: illegal argument: invalid timestamp: -1'],
  ['put m abc 1 a=b', "put: invalid value: Invalid character 'a' in abc"],
  ['put m 9223372036854775808 1 a=b', 'put: invalid value: Overflow in 9223372036854775808'],
  [
    'put m 13569984000000 1 a=b',
    'put: illegal argument: bad timestamp=13569984000000 when trying to add value=[1]/0 to metric=m, tags={a=b}',
  ],
  [
    'put m 1356998400.1234 1 a=b',
    'put: illegal argument: bad timestamp=13569984001234 when trying to add value=[1]/0 to metric=m, tags={a=b}',
  ],
  ['put m 1356998400 abc a=b', "put: invalid value: Invalid character 'a' in abc"],
  ['put m 1356998400 99999999999999999999 a=b', 'put: invalid value: Value too long: 99999999999999999999'],
  ['put m 1356998400 1.5x a=b', 'put: invalid value: For input string: "1.5x"'],
  ['put m 1356998400 NaN a=b', "put: invalid value: Invalid character 'N' in NaN"],
  ['put m 1356998400 0x1F a=b', "put: invalid value: Invalid character 'x' in 0x1F"],
  ['put m 1356998400 1e999 a=b', 'put: illegal argument: value is NaN or Infinite: Infinity for metric=m timestamp=1356998400'],
  ['put m 1356998400 1 a', 'put: illegal argument: invalid tag: a'],
  ['put m 1356998400 1 a=b c=', 'put: illegal argument: invalid tag: c='],
  ['put m 1356998400 1 a=b=c', 'put: illegal argument: invalid tag: a=b=c'],
  ['put m 1356998400 1 =a', 'put: illegal argument: invalid tag: =a'],
  ['put m 1356998400 1 a=b a=c', 'put: illegal argument: duplicate tag: a=c, tags={a=b}'],
  ['put m 1356998400 1   ', 'put: illegal argument: Need at least one tag (metric=m, tags={})'],
  ['put m% 1356998400 1 a=b', 'put: illegal argument: Invalid metric name ("m%"): illegal character: %'],
  ['put m 1356998400 1 a%=b', 'put: illegal argument: Invalid tag name with value [b] ("a%"): illegal character: %'],
  ['put m 1356998400 1 a=b%', 'put: illegal argument: Invalid tag value with key [a] ("b%"): illegal character: %'],
  ['put  m 1356998400 1 a=b', 'put: illegal argument: empty metric name'],
  ['put tel.net  1699999307  3  host=a', 'put: invalid value: Empty string'],
  [
    'put m 1699999312 1 a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9',
    'put: illegal argument: Too many tags: 9 maximum allowed: 8, tags: {a=1, b=2, c=3, d=4, e=5, f=6, g=7, h=8, i=9}',
  ],
  ['rollup', 'rollup: illegal argument: not enough arguments (need least 7, got 0)'],
  ['rollup 1h-sum m 1699999200 1 host=a', 'rollup: illegal argument: No rollup or aggregations were configured'],
  [
    'histogram',
    "histogram: illegal argument: Histogram storage has not been enabled. Check the 'tsd.core.histograms.config' configuration.",
  ],
  ['', "unknown command: .  Try `help'."],
  [' version', "unknown command: .  Try `help'."],
  ['foo bar', "unknown command: foo.  Try `help'."],
  ['auth x', "unknown command: auth.  Try `help'."],
  ['help', 'available commands: stats dropcaches version exit help put rollup histogram diediedie '],
  ['dropcaches', 'Caches dropped.'],
];

describe('replies of the line protocol', () => {
  it.each(OBSERVED)('%j', async (line, reply) => {
    expect(await tsd.talk(`${line}\n`)).toBe(`${reply}\n`);
  });

  it('are the same for CR LF, and in the order of the lines', async () => {
    const all = OBSERVED.map(([line]) => `${line}\r\n`).join('');
    expect(await tsd.talk(all)).toBe(OBSERVED.map(([, reply]) => `${reply}\n`).join(''));
  });

  it('says nothing when a point is taken, and stores it', async () => {
    const sent = [
      'tel.net 1699999300 1 host=a',
      'tel.net 1699999302 1.5 host=a',
      'tel.net 1699999303000 2 host=a',
      'tel.net 1699999304.250 2 host=a',
    ];
    expect(await tsd.talk(sent.map((point) => `put ${point}\n`).join(''))).toBe('');
    await tsd.writing.writer.flush();
    const cells = (await cellsOf(store.storage)).map((cell) => cell.split(' ')[1]);
    expect(cells).toEqual(['0640=01', '066b=3fc00000', 'f0649600=02', 'f065ce80=02']);
  });
});
