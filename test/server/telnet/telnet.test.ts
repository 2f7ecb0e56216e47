import fc from 'fast-check';
import { PackedCells } from '../../../src/storage';
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
  ['rollup  m 1 1 a=b', 'rollup: illegal argument: Missing interval or aggregator'],
  ['rollup 1h-sum  1 1 a=b', 'rollup: illegal argument: empty metric name'],
  ['rollup 1h-sum m c 1 a=b', "rollup: invalid value: Invalid character 'c' in c"],
  ['rollup 1h-sum m 0 1 a=b', 'rollup: illegal argument: invalid timestamp: 0'],
  ['rollup 1h-sum m 1  a=b', 'rollup: illegal argument: empty value'],
  ['rollup 1h-sum m 1 x a=b', "rollup: invalid value: Invalid character 'x' in x"],
  ['rollup 1h-sum m 1 1 a', 'rollup: illegal argument: invalid tag: a'],
  ['rollup 1h-sum m 1 1', 'rollup: illegal argument: not enough arguments (need least 7, got 4)'],
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

describe('framing', () => {
  const lines = OBSERVED.map(([line]) => `${line}\n`).join('');
  const replies = OBSERVED.map(([, reply]) => `${reply}\n`).join('');

  it('does not depend on how the bytes are cut', async () => {
    const bytes = Buffer.from(lines);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 6 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const parts = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        // The first byte of the connection decides between telnet and HTTP.
        expect(await tsd.talk(...parts.filter((part) => part.length > 0))).toBe(replies);
      }),
      { numRuns: 20 },
    );
  });

  it('takes a long line that comes whole', async () => {
    const name = 'm'.repeat(1500);
    expect(await tsd.talk(`put ${name} 0 1 a=b\n`)).toBe('put: illegal argument: invalid timestamp: 0\n');
  });

  it.each([1025, 100_000, 1_000_000])('closes a connection without a word when %i bytes come without a line end', async (size) => {
    const before = tsd.errors.length;
    expect(await tsd.talk(Buffer.alloc(size, 'x'), `\nversion\n`)).toBe('');
    expect(tsd.errors.length).toBe(before + 1);
    expect(tsd.errors.at(-1)?.message).toMatch(/^frame length exceeds 1024/);
  });

  it('keeps 1024 bytes without a line end', async () => {
    expect(await tsd.talk('x'.repeat(1024), '\n')).toMatch(/^unknown command: x{1024}\./);
  });

  it('drops a last line without an end', async () => {
    expect(await tsd.talk('help\nversion')).toMatch(/^available[^\n]*\n$/);
  });

  it('reads bytes as Latin-1 and answers in UTF-8', async () => {
    expect(await tsd.talk(Buffer.from([0x66, 0xff, 0x0a]))).toBe("unknown command: f\u00ff.  Try `help'.\n");
  });

  it('survives noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 900 }), async (noise) => {
        await tsd.talk(Buffer.from(noise));
      }),
      { numRuns: 50 },
    );
    expect(await tsd.talk('dropcaches\n')).toBe('Caches dropped.\n');
    expect(tsd.counters.rpc.exceptions).toBe(0);
  });

  it('answers after the client has closed its side', async () => {
    // What a statsd backend does: everything at once, then FIN.
    expect(await tsd.talk('put statsd.x 1699999300 1\nput m 1699999300 7 late=yes\n')).toBe(
      'put: illegal argument: not enough arguments (need least 4, got 3)\n',
    );
    await tsd.writing.writer.flush();
    expect((await cellsOf(store.storage)).some((cell) => cell.endsWith('0640=07'))).toBe(true);
  });
});

describe('commands', () => {
  it('version says two lines', async () => {
    expect(await tsd.talk('version please\n')).toMatch(
      /^net\.opentsdb\.tools \S+ built at revision \S+ \(\w+\)\nBuilt on .* by .*@.*:.*\n$/,
    );
  });

  it('exit ends the connection; what follows is not answered', async () => {
    expect(await tsd.talk('dropcaches\nexit\nversion\n')).toBe('Caches dropped.\n');
  });

  it('stats lists every figure, and lines after it wait for it', async () => {
    const lines = (await tsd.talk('stats\ndropcaches\n')).split('\n');
    expect(lines.slice(-2)).toEqual(['Caches dropped.', '']);
    expect(lines.slice(0, -2).every((line) => /^tsd\.[\w.-]+ \d+ -?\d+( \w+=[\w.-]+)+$/.test(line))).toBe(true);
    const named = (name: string): string[] => lines.filter((line) => line.startsWith(`tsd.${name} `));
    expect(named('rpc.received').map((line) => /type=(\w+)/.exec(line)?.[1])).toEqual(['telnet', 'http', 'http_plugin', 'put']);
    expect(named('datapoints.added')[0]).toMatch(/type=all .*class=TSDB/);
    expect(named('rpc.errors').map((line) => /type=(\w+)/.exec(line)?.[1])).toEqual([
      'hbase_errors',
      'invalid_values',
      'illegal_arguments',
      'unknown_metrics',
      'socket_writes_blocked',
    ]);
  });

  it('diediedie says goodbye and stops the daemon', async () => {
    expect(await tsd.talk('diediedie\n')).toBe('Cleaning up and exiting now.\n');
    expect(tsd.shutdowns).toEqual(['diediedie']);
  });
});

describe('settings', () => {
  const served = async (
    settings: Record<string, string>,
    mode: 'ro' | 'wo' | 'rw',
    work: (tsd: TelnetTsd) => Promise<void>,
  ): Promise<void> => {
    const other = await new TelnetTsd(store.storage, settings, mode).listen();
    await work(other).finally(() => other.close());
  };

  it('ro knows no way to write, and wo the same commands as rw', async () => {
    await served({}, 'ro', async (ro) => {
      expect(await ro.talk('put m 1 1 a=b\nhelp\n')).toBe(
        "unknown command: put.  Try `help'.\navailable commands: stats dropcaches version exit help diediedie \n",
      );
    });
    await served({ 'tsd.no_diediedie': 'true' }, 'wo', async (wo) => {
      expect(await wo.talk('help\ndiediedie\n')).toBe(
        "available commands: stats dropcaches version exit help put rollup histogram \nunknown command: diediedie.  Try `help'.\n",
      );
    });
  });

  it('auto_create off: unknown names are said to be so', async () => {
    await served({ 'tsd.core.auto_create_metrics': 'false', 'tsd.core.auto_create_tagks': 'false' }, 'rw', async (strict) => {
      expect(await strict.talk('put no.such.metric 1699999300 1 host=a\n')).toBe(
        "put: unknown metric: No such name for 'metrics': 'no.such.metric'\n",
      );
      expect(await strict.talk('put tel.net 1699999300 1 no.such.key=a\n')).toBe(
        "put: unknown metric: No such name for 'tagk': 'no.such.key'\n",
      );
      expect(strict.counters.ingest.unknownMetrics).toBe(2);
    });
  });

  it('says so when a UID in storage has another width than it should, as for any failure of storage', async () => {
    const temp = await openTempStore();
    const key = Buffer.from('odd');
    await temp.storage.put('tsdb-uid', Buffer.from('id'), [
      { row: key, cells: PackedCells.of(Buffer.from('metrics'), Buffer.of(0, 0, 0, 7)) },
    ]);
    const other = await new TelnetTsd(temp.storage, {}).listen();
    try {
      const wrong = "Found id.length = 4 which is != 3 required for 'metrics'";
      expect(await other.talk('put odd 1700000000 1 a=b\nversion\n')).toMatch(`put: HBase error: ${wrong}\nnet.opentsdb`);
      expect(other.counters.ingest.hbaseErrors).toBe(1);
    } finally {
      await other.close();
      await temp.close();
    }
  });

  it('answers in the order of the lines, though a name has to be looked up for the first', async () => {
    await served({ 'tsd.core.auto_create_metrics': 'false' }, 'rw', async (strict) => {
      const said = await strict.talk('put not.known 1699999300 1 host=a\nput x\nnonsense\nput nor.this 1699999300 1 host=a\nhelp\n');
      expect(said.split('\n').map((line) => line.slice(0, 30))).toEqual([
        'put: unknown metric: No such n',
        'put: illegal argument: not eno',
        'unknown command: nonsense.  Tr',
        'put: unknown metric: No such n',
        expect.stringMatching(/^available commands: /),
        '',
      ]);
    });
  });
});
