import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run as mkmetric } from '../../src/tools/mkmetric';
import { run as uid } from '../../src/tools/uid';

let dir: string;
let config: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'uid-tool-'));
  config = join(dir, 'opentsdb.conf');
  configure('');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const configure = (more: string): void =>
  writeFileSync(config, `tsd.storage.engine=embedded\ntsd.storage.embedded.path=${join(dir, 'data')}\n${more}`);

interface Outcome {
  code: number;
  out: string;
  err: string;
}

async function call(tool: typeof uid, args: string[]): Promise<Outcome> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() };
  const code = await tool([`--config=${config}`, ...args], io);
  return { code, out: String(io.stdout.read() ?? ''), err: String(io.stderr.read() ?? '') };
}
/** Without the time of log lines. */
const tsdb = async (line: string): Promise<Outcome> => {
  const [command, ...args] = line.split(' ');
  const { code, out, err } = await call(command === 'mkmetric' ? mkmetric : uid, args);
  return { code, err: err.replace(/^.* UniqueId: .*\n/gm, ''), out: out.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /gm, '') };
};
const done = (code: number, out = '', err = ''): Outcome => ({ code, out, err });

describe('mkmetric and uid assign', () => {
  it('assign, and print what is assigned already', async () => {
    expect(await tsdb('mkmetric a b')).toEqual(done(0, 'metrics a: [0, 0, 1]\nmetrics b: [0, 0, 2]\n'));
    expect(await tsdb('uid assign metrics b c')).toEqual(done(0, 'metrics b: [0, 0, 2]\nmetrics c: [0, 0, 3]\n'));
    expect(await tsdb('uid assign tagk a')).toEqual(done(0, 'tagk a: [0, 0, 1]\n'));
  });

  it('take the kind as it stands, when it means a kind', async () => {
    expect(await tsdb('uid assign metric z')).toEqual(done(0, 'metric z: [0, 0, 1]\n'));
    expect(await tsdb('mkmetric z')).toEqual(done(0, 'metrics z: [0, 0, 1]\n'));
    expect(await tsdb('uid assign foo bar')).toEqual(
      done(1, '', 'Exception in thread "main" java.lang.IllegalArgumentException: Invalid type requested: foo\n'),
    );
  });

  it('do not look at the characters of names', async () => {
    expect(await call(mkmetric, ['a b', 'é'])).toEqual(done(0, 'metrics a b: [0, 0, 1]\nmetrics é: [0, 0, 2]\n'));
  });

  it('go by the configured widths, kind by kind, unless the command line says another', async () => {
    configure('tsd.storage.uid.width.metric=4\ntsd.storage.uid.width.tagv=2\n');
    expect(await call(mkmetric, ['sys.cpu.user'])).toEqual(done(0, 'metrics sys.cpu.user: [0, 0, 0, 1]\n'));
    expect(await tsdb('uid assign tagk host')).toEqual(done(0, 'tagk host: [0, 0, 1]\n'));
    expect(await tsdb('uid assign tagv a')).toEqual(done(0, 'tagv a: [0, 1]\n'));
    expect(await tsdb('uid metrics 1')).toEqual(done(0, 'metrics sys.cpu.user: [0, 0, 0, 1]\n'));
    expect(await tsdb('uid metrics sys.cpu.user')).toEqual(done(0, 'metrics sys.cpu.user: [0, 0, 0, 1]\n'));
    const ofAnyKind = await tsdb('uid 1');
    expect(ofAnyKind.code).toBe(0);
    expect(ofAnyKind.out.split('\n').sort()).toEqual(['', 'metrics sys.cpu.user: [0, 0, 0, 1]', 'tagk host: [0, 0, 1]', 'tagv a: [0, 1]']);
    expect(await tsdb('uid 70000')).toMatchObject({ code: 1, err: '' });
    expect(await tsdb('uid tagv 70000')).toEqual(
      done(1, '', '70000 is too large to fit on 2 bytes.  Maybe you forgot to adjust --idwidth?\n'),
    );
    expect(await tsdb('uid delete metrics sys.cpu.user')).toMatchObject({ code: 0 });
    expect(await tsdb('uid --idwidth=5 assign metrics x')).toEqual(done(0, 'metrics x: [0, 0, 0, 0, 2]\n'));
    expect(await tsdb('mkmetric y')).toEqual(
      done(
        1,
        '',
        'Exception in thread "main" java.lang.IllegalArgumentException: tsd.storage.uid.width.metric = 4, but table "tsdb-uid" has UIDs of metrics on 5 bytes: nothing was assigned\n',
      ),
    );
    expect(await tsdb('uid --idwidth=3 assign tagv w')).toEqual(
      done(
        1,
        '',
        'Exception in thread "main" java.lang.IllegalArgumentException: --idwidth=3, but table "tsdb-uid" has UIDs of tagv on 2 bytes: nothing was assigned\n',
      ),
    );
  });

  it('say what is wrong with a name whose UID has another width, and delete it when told that width', async () => {
    expect(await tsdb('uid --idwidth=3 assign metrics old')).toMatchObject({ code: 0 });
    configure('tsd.storage.uid.width.metric=4\n');
    const wrong = "Found id.length = 3 which is != 4 required for 'metrics'";
    expect(await tsdb('uid metrics old')).toEqual(done(1, `ERROR [main] UidManager: ${wrong}\n`));
    expect(await tsdb('uid delete metrics old')).toEqual(
      done(3, `ERROR [main] UidManager: error while deleting old\njava.lang.IllegalStateException: ${wrong}\n`),
    );
    expect(await tsdb('uid --idwidth=3 delete metrics old')).toEqual(done(0));
    expect(await tsdb('uid metrics old')).toMatchObject({ code: 1 });
  });

  it('keep what was assigned before an error', async () => {
    const refused = await call(mkmetric, ['good', '', 'late']);
    expect(refused).toMatchObject({ code: 1, out: 'metrics good: [0, 0, 1]\n' });
    expect(refused.err).toMatch(/^Exception in thread "main" java\.lang\.IllegalArgumentException: /);
    expect(await tsdb('uid metrics late')).toMatchObject({ code: 1 });
  });

  it('say when the ids have run out', async () => {
    for (let i = 0; i < 3; i++) await tsdb(`uid assign --idwidth 1 tagk ${Array.from({ length: 85 }, (_, j) => `n${i}-${j}`).join(' ')}`);
    expect(await tsdb('uid assign --idwidth 1 tagk more')).toEqual(
      done(1, '', 'Exception in thread "main" java.lang.IllegalStateException: All Unique IDs for tagk on 1 bytes are already assigned!\n'),
    );
  });

  it('assign random metric ids where the configuration says so', async () => {
    configure('tsd.core.uid.random_metrics=true\n');
    await tsdb('mkmetric r');
    expect((await tsdb('uid grep metrics .')).out).toMatch(/^metrics r: \[(-?\d+, ){2}-?\d+\]\n$/);
  });
});

describe('uid look-ups', () => {
  beforeEach(async () => {
    await tsdb('mkmetric a');
    await tsdb('uid assign tagk a');
    await tsdb('uid assign tagv 42');
  });

  it.each([
    ['uid metrics a', done(0, 'metrics a: [0, 0, 1]\n')],
    ['uid a', done(0, 'metrics a: [0, 0, 1]\ntagk a: [0, 0, 1]\n')],
    ['uid metrics 1', done(0, 'metrics a: [0, 0, 1]\n')],
    ['uid 1', done(0, 'metrics a: [0, 0, 1]\ntagk a: [0, 0, 1]\ntagv 42: [0, 0, 1]\n')],
    ['uid +1', done(0, 'metrics a: [0, 0, 1]\ntagk a: [0, 0, 1]\ntagv 42: [0, 0, 1]\n')],
    ['uid tagv 42', done(1, "ERROR [main] UidManager: No such unique ID for 'tagv': [0, 0, 42]\n")],
    ['uid metrics nope', done(1, "ERROR [main] UidManager: No such name for 'metrics': 'nope'\n")],
    ['uid nope', done(1)],
    ['uid 99', done(1)],
    ['uid 日本', done(1)],
    ['uid metrics 16777216', done(1, '', '16777216 is too large to fit on 3 bytes.  Maybe you forgot to adjust --idwidth?\n')],
    ['uid -- -1', done(1, '', '-1 is too large to fit on 3 bytes.  Maybe you forgot to adjust --idwidth?\n')],
    ['uid foo a', done(1, '', 'Exception in thread "main" java.lang.IllegalArgumentException: Invalid type requested: foo\n')],
    ['uid --idwidth 4 metrics a', done(1, "ERROR [main] UidManager: Found id.length = 3 which is != 4 required for 'metrics'\n")],
    ['uid --idwidth 9 metrics a', done(1, '', 'Exception in thread "main" java.lang.IllegalArgumentException: Invalid width: 9\n')],
  ])('%s', async (line, outcome) => {
    expect(await tsdb(line)).toEqual(outcome);
  });

  it('log what they do with -v', async () => {
    const end = 'INFO  [main] UidManager: Shutting down TSD....\nINFO  [main] UidManager: Gracefully shutdown the TSD\n';
    expect(await tsdb('uid -v metrics a')).toEqual(done(0, `metrics a: [0, 0, 1]\n${end}`));
    expect(await tsdb('uid metrics nope --verbose')).toEqual(
      done(1, `ERROR [main] UidManager: No such name for 'metrics': 'nope'\n${end}`),
    );
  });
});

describe('uid grep', () => {
  beforeEach(async () => {
    await tsdb('mkmetric sys.cpu sys.mem net');
    await tsdb('uid assign tagk sys.cpu');
  });

  it.each([
    ['uid grep sys', done(0, 'metrics sys.cpu: [0, 0, 1]\ntagk sys.cpu: [0, 0, 1]\nmetrics sys.mem: [0, 0, 2]\n')],
    ['uid grep metrics ^sys', done(0, 'metrics sys.cpu: [0, 0, 1]\nmetrics sys.mem: [0, 0, 2]\n')],
    ['uid grep metrics e[mt]$', done(0, 'metrics net: [0, 0, 3]\nmetrics sys.mem: [0, 0, 2]\n')],
    ['uid grep SYS', done(1)],
    ['uid grep -i tagk SYS', done(0, 'tagk sys.cpu: [0, 0, 1]\n')],
    ['uid grep tagv .', done(1)],
    [
      'uid grep metrics .*',
      done(0, 'metrics \0: [0, 0, 0, 0, 0, 0, 0, 3]\nmetrics net: [0, 0, 3]\nmetrics sys.cpu: [0, 0, 1]\nmetrics sys.mem: [0, 0, 2]\n'),
    ],
  ])('%s', async (line, outcome) => {
    expect(await tsdb(line)).toEqual(outcome);
  });

  it('fails on what is no expression', async () => {
    const { code, out } = await tsdb('uid grep (');
    expect(code).toBe(3);
    expect(out).toMatch(/^ERROR \[main\] UidManager: Error while scanning HBase, scanner=/);
  });
});

describe('uid rename and delete', () => {
  beforeEach(() => tsdb('mkmetric a b'));

  it('rename', async () => {
    expect(await tsdb('uid rename metrics a c')).toEqual(done(0, 'metrics a -> c\n'));
    expect(await tsdb('uid rename metrics a c')).toEqual(done(1, "ERROR [main] UidManager: No such name for 'metrics': 'a'\n"));
    expect(await tsdb('uid rename metrics b c')).toEqual(
      done(
        1,
        '',
        'Exception in thread "main" java.lang.IllegalArgumentException: When trying rename("b", "c") on UniqueId(tsdb-uid, metrics, 3): new name already assigned ID=[0, 0, 1]\n',
      ),
    );
    expect(await tsdb('uid 1')).toEqual(done(0, 'metrics c: [0, 0, 1]\n'));
  });

  it('delete, silently', async () => {
    expect(await tsdb('uid delete metrics a')).toEqual(done(0));
    expect(await tsdb('uid delete metrics a')).toEqual(done(1, "ERROR [main] UidManager: No such name for 'metrics': 'a'\n"));
    expect(await tsdb('uid delete foo a')).toEqual(
      done(4, 'ERROR [main] UidManager: Unexpected exception\njava.lang.IllegalArgumentException: Invalid type requested: foo\n'),
    );
    expect((await tsdb('uid -v delete metrics b')).out).toContain('INFO  [main] UidManager: UID metrics b deleted.\n');
    expect(await tsdb('uid grep metrics [ab]')).toEqual(done(1));
  });
});

describe('the command line of uid', () => {
  it.each([
    ['uid', 2, 'Not enough arguments\nUsage: uid '],
    ['uid a b c d', 2, 'Wrong number of arguments\nUsage: uid '],
    ['uid assign metrics', 2, 'Wrong number of arguments\n'],
    ['uid rename metrics a', 2, 'Wrong number of arguments\n'],
    ['uid delete metrics', 2, 'Wrong number of arguments\n'],
    ['uid grep', 2, 'Wrong number of arguments\n'],
    ['uid --idwidth=0 a', 3, 'Negative or 0 --idwidth\n'],
    ['uid --idwidth -5 a', 3, 'Negative or 0 --idwidth\n'],
    ['uid --idwidth=x a', 1, 'Exception in thread "main" java.lang.NumberFormatException: For input string: "x"\n'],
    ['uid -x', 2, 'Invalid usage.  Unrecognized option -x\n'],
    ['uid -iv a', 2, 'Invalid usage.  Unrecognized option -iv\n'],
    ['uid - a', 2, 'Invalid usage.  Unrecognized option -\n'],
    ['uid a --uidtable', 2, 'Invalid usage.  Missing argument for --uidtable\n'],
    [
      'uid a --config=/no/such/file',
      1,
      'Exception in thread "main" java.io.FileNotFoundException: /no/such/file (No such file or directory)\n',
    ],
  ])('%s', async (line, code, err) => {
    const outcome = await tsdb(line);
    expect(outcome).toMatchObject({ code, out: '' });
    expect(outcome.err.slice(0, err.length)).toBe(err);
  });

  it('takes another table, and options anywhere', async () => {
    expect(await tsdb('mkmetric x --uidtable=other-uid y')).toEqual(done(0, 'metrics x: [0, 0, 1]\nmetrics y: [0, 0, 2]\n'));
    expect(await tsdb('uid metrics x')).toMatchObject({ code: 1 });
    expect(await tsdb('uid metrics x --uidtable other-uid')).toEqual(done(0, 'metrics x: [0, 0, 1]\n'));
  });
});
