import { asksForHelp, run, runs, type Scenario, type Step } from '../scenario';

const GOOD =
  'imp.a 1356998400 1 host=a\nimp.a 1356998401 2.5 host=a dc=x\nimp.b 1356998400500 -7 host=b\nimp.b 1357002000 4294967296 host=b  dc=y \n';

/** A bad line each: alone it ends the run, skipped it costs itself. */
const BAD: Record<string, string> = {
  blank: '',
  comment: '# imp.a 1356998400 1 host=a',
  'one-word': 'imp.a',
  'two-words': 'imp.a 1356998400',
  'three-words': 'imp.a 1356998400 1',
  put: 'put imp.a 1356998400 1 host=a',
  tab: 'imp.a\t1356998400\t1\thost=a',
  'double-space': 'imp.a  1356998400 1 host=a',
  'empty-value': 'imp.a 1356998400  host=a',
  'zero-time': 'imp.a 0 1 host=a',
  'negative-time': 'imp.a -1 1 host=a',
  'fraction-time': 'imp.a 1356998400.5 1 host=a',
  'huge-time': 'imp.a 99999999999999 1 host=a',
  'word-time': 'imp.a now 1 host=a',
  'word-value': 'imp.a 1356998400 one host=a',
  'long-value': 'imp.a 1356998400 9223372036854775808 host=a',
  'float-points': 'imp.a 1356998400 1.2.3 host=a',
  'float-infinite': 'imp.a 1356998400 1e300 host=a',
  'tag-empty': 'imp.a 1356998400 1 host=',
  'tag-no-key': 'imp.a 1356998400 1 =a',
  'tag-word': 'imp.a 1356998400 1 host',
  'tag-equals': 'imp.a 1356998400 1 host=a=b',
  'tag-twice': 'imp.a 1356998400 1 host=a host=b',
  'tag-characters': 'imp.a 1356998400 1 host=a!b',
  'metric-characters': 'imp!a 1356998400 1 host=a',
  'metric-unknown': 'imp.unknown 1356998400 1 host=a',
  'many-tags': 'imp.a 1356998400 1 a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1',
};
const ALL_BAD = Object.entries(BAD).filter(([name]) => name !== 'two-words').map(([, line]) => line); // prettier-ignore

export const importFiles: Scenario = {
  name: 'import-files',
  files: {
    'good.txt': GOOD,
    'good.gz': GOOD,
    'crlf.txt': 'imp.c 1356998400 1 host=a\r\nimp.c 1356998401 2 host=a\rimp.c 1356998402 3 host=a',
    'later.txt': 'imp.a 1356998500 1 host=a\n',
    'not-packed.txt.gz': 'x',
    'empty.txt': '',
    'values.txt': [
      'v 1356998400 0 a=b', 'v 1356998401 -0 a=b', 'v 1356998402 127 a=b', 'v 1356998403 128 a=b', 'v 1356998404 -32768 a=b',
      'v 1356998405 2147483648 a=b', 'v 1356998406 9223372036854775807 a=b', 'v 1356998407 -9223372036854775808 a=b',
      'v 1356998408 .5 a=b', 'v 1356998409 1. a=b', 'v 1356998410 1e3 a=b', 'v 1356998411 -1.5E-3 a=b', 'v 1356998412 1.5f a=b',
      'v 1356998413 1.5d a=b', 'v 1356998414 0x1.8p1 a=b', 'v +1356998415 +5 a=b', 'v 1356998416 3.141592653589793 a=b', 'v 1356998417 0.1 a=b',
      'v 1356998418 -0.0 a=b', 'v 1356998419 1e-50 a=b', 'v 1356998420 16777217.0 a=b', 'v 1356998421 1e10 a=b',
      '',
    ].join('\n'), // prettier-ignore
  },
  steps: [
    ...runs('import'),
    asksForHelp('import --help', 'Usage: import '),
    ...runs(
      'import --unknown $DIR/good.txt',
      'import -',
      'import $DIR/good.txt',
      'mkmetric imp.a imp.b imp.c v',
      'import $DIR/good.txt',
      'import $DIR/good.gz $DIR/later.txt',
      'import $DIR/crlf.txt',
      'import $DIR/empty.txt',
      'import $DIR/missing.txt',
      'import $DIR/good.txt $DIR/missing.txt',
      'import --skip-errors $DIR/missing.txt',
      'import $DIR',
      'import $DIR/values.txt',
      'import --auto-metric $DIR/good.txt --skip-errors=no',
    ),
    run('import -- -', { stdin: 'imp.a 1356999000 1 host=stdin\nimp.a 1356999001 2 host=stdin' }),
    run('import -- -', { stdin: '' }),
    ...runs(
      'scan --import 1356998400 none imp.a',
      'scan --import 1356998400 none imp.b',
      'scan --import 1356998400 none imp.c',
      'scan --import 1356998400 none v',
      'scan 1356998400 none v',
    ),
  ],
};

const badOnes = Object.keys(BAD).flatMap((name): Step[] => runs(`import $DIR/${name}.txt`));
export const importErrors: Scenario = {
  name: 'import-errors',
  files: {
    ...Object.fromEntries(
      Object.entries(BAD).map(([name, line]) => [
        `${name}.txt`,
        `imp.a 1356990000 1 first=${name}\n${line}\nimp.a 1356990001 1 after=${name}\n`,
      ]),
    ),
    'all.txt': `imp.a 1356998399 1 host=a\n${ALL_BAD.join('\n')}\nimp.a 1356998402 1 host=a\n`,
  },
  steps: [
    ...runs('mkmetric imp.a'),
    ...badOnes,
    ...runs('import --skip-errors $DIR/all.txt', 'scan --import 1356990000 1357000000 none imp.a', 'uid grep .'),
    run('import --skip-errors $DIR/two-words.txt', {
      ours: {
        why: 'a line without a value is skipped as any other',
        code: 0,
        stdout: [
          'INFO  [main] TextImporter: reading from file:$DIR/two-words.txt',
          'ERROR [main] TextImporter: invalid value: Index 2 out of bounds for length 2',
          'ERROR [main] TextImporter: error while processing file $DIR/two-words.txt line=imp.a 1356998400... Continuing',
          'INFO  [main] TextImporter: Processed $DIR/two-words.txt in <n>ms, 2 data points (<n> points/s)',
          'INFO  [main] TextImporter: Total: imported 2 data points in <n>s (<n> points/s)',
        ],
      },
    }),
  ],
};

export const importOrder: Scenario = {
  name: 'import-order',
  files: {
    'twice.txt': 'o 1356998400 1 a=b\no 1356998400 1 a=b\n',
    'back.txt': 'o 1356998500 1 a=b\no 1356998400 2 a=b\no 1356998501 3 a=b\n',
    'ms.txt': 'o 1356998600 1 a=b\no 1356998600000 2 a=b\no 1356998600001 3 a=b\no 1356998600 4 a=b\n',
    'tags.txt': 'o 1356998700 1 a=b c=d\no 1356998700 2 c=d a=b\n',
    'other.txt': 'o 1356998400 1 a=c\no 1356998400 1 a=d\no 1356998400 1 a=c x=y\n',
    'next-hour.txt': 'o 1357002001 1 a=b\no 1357002000 2 a=b\n',
  },
  steps: [
    ...runs('mkmetric o'),
    ...['twice', 'back', 'ms', 'tags', 'other', 'next-hour'].flatMap((name) =>
      runs(`import $DIR/${name}.txt`, `import --skip-errors $DIR/${name}.txt`),
    ),
    ...runs('import --skip-errors $DIR/back.txt $DIR/twice.txt', 'scan --import 1356998400 1357002000 none o'),
    ...['twice', 'back', 'ms', 'tags'].map((name) =>
      run(`import $DIR/${name}.txt`, { settings: { 'tsd.core.bulk.allow_out_of_order_timestamps': 'true' } }),
    ),
    ...runs('scan --import 1356998400 1357002000 none o'),
  ],
};

export const IMPORT_SCENARIOS = [importFiles, importErrors, importOrder];
