import { asksForHelp, counter, data, mapping, run, runs, type Scenario, type Step } from '../scenario';

/** metric m (1) or n (2), host=web01 (1, 1), host=db01 (1, 2), dc=lga (2, 3) */
export const NAMES: Step = {
  cells: [
    ...mapping('metrics', 'm', '000001'),
    ...mapping('metrics', 'n', '000002'),
    ...mapping('tagk', 'host', '000001'),
    ...mapping('tagk', 'dc', '000002'),
    ...mapping('tagv', 'web01', '000001'),
    ...mapping('tagv', 'db01', '000002'),
    ...mapping('tagv', 'lga', '000003'),
    counter('metrics', 2),
    counter('tagk', 2),
    counter('tagv', 3),
  ],
};
/** Base times: 2013/01/01 00:00 and the hours after it. */
export const H0 = '50e22700';
export const H1 = '50e23510';
export const H2 = '50e24320';
export const WEB01 = '000001000001';
export const DB01 = '000001000002';
export const LGA = '000002000003';

export const scanKinds: Scenario = {
  name: 'scan-kinds',
  steps: [
    NAMES,
    {
      cells: [
        data(`000001${H0}${WEB01}`, '0000', '01'),
        data(`000001${H0}${WEB01}`, '0011', '0100'),
        data(`000001${H0}${WEB01}`, '0023', '00010000'),
        data(`000001${H0}${WEB01}`, '0037', '7fffffffffffffff'),
        data(`000001${H0}${WEB01}`, '004b', '40866666'),
        data(`000001${H0}${WEB01}`, '005f', '400921fb54442d18'),
        data(`000001${H0}${WEB01}`, 'f00007c0', '2a'),
        data(`000001${H0}${WEB01}`, 'f0000fcb', 'c0200000'),
        // Flags that are repaired: an integer's length, a float on 8 bytes of which 4 are zero.
        data(`000001${H0}${WEB01}`, '0067', '05'),
        data(`000001${H0}${WEB01}`, '007b', '0000000040200000'),
        // Compacted: seconds alone, and both units.
        data(`000001${H1}${WEB01}`, '00000017', '01000000000000000200'),
        data(`000001${H2}${WEB01}`, '0000001bf0036b0b', '2a40866666447a000001'),
        // Another series.
        data(`000001${H0}${DB01}`, '0000', 'ff'),
        data(`000001${H0}${DB01}${LGA}`, '0000', '02'),
        data(`000002${H0}${WEB01}`, '0000', '03'),
      ],
    },
    ...runs(
      'scan 1356998400 none m',
      'scan --import 1356998400 none m',
      'scan 1356998400 1356998401 none m host=web01',
      'scan --import 1356998400 1356998401 none m host=web01',
      'scan --import 1357002000 1357002001 none m',
      'scan --import 1356998400 1357002000 none m host=web01',
      'scan --import 1356998400 1357001999 none m host=web01',
      'scan --import 2013/01/01 2013/01/01-00:30 none m',
      "scan --import '2013/01/01 00:00:00' '2013/01/01 00:30:00' none m",
      'scan --import 2013/01/01-01:00:00 none m',
      'scan --import 1356998400000 1356998400001 none m',
      'scan --import 1356998400.500 none m',
      'scan --import 20y-ago 10y-ago none m',
      'scan --import 20y-ago none n',
      'scan --import 20y-ago now none n',
      'scan --import 1356998400 none m none n',
      'scan --import 1356998400 sum m sum n host=web01 max m host=db01',
      'scan --import 1356998400 none m host=db01',
      'scan --import 1356998400 none m host=db01 dc=lga',
      "scan --import 1356998400 none m 'host=web01|db01'",
      'scan --import 1356998400 none m dc=*',
      'scan --import 1356998400 none m host=literal_or(web01)',
      'scan --import 1356998400 rate m',
      'scan --import 1356998400 sum rate m host=db01',
      'scan --import 1356998400 sum downsample 1000 sum m host=db01',
      'scan --import 1500000000 none m',
      'scan 1356998400 none n',
      'scan 1500000000 1500003600 none m',
    ),
    run('scan 1356998400 none n', { settings: { 'tsd.core.timezone': 'America/New_York' } }),
    run('scan --import 2013/01/01 none n', { settings: { 'tsd.core.timezone': 'America/New_York' } }),
    run('scan --import 2012/12/31-19:00 none n', { settings: { 'tsd.core.timezone': 'America/New_York' } }),
  ],
};

export const scanObjects: Scenario = {
  name: 'scan-objects',
  steps: [
    NAMES,
    {
      cells: [
        data(`000001${H0}${WEB01}`, '0000', '01'),
        // Annotations in seconds and milliseconds, a histogram, rollup cells, junk.
        data(
          `000001${H0}${WEB01}`,
          '010034',
          Buffer.from('{"tsuid":"000001000001000001","startTime":1356998452,"description":"note"}').toString('hex'),
        ),
        data(
          `000001${H0}${WEB01}`,
          '0100000fa0',
          Buffer.from('{"tsuid":"000001000001000001","startTime":1356998404000,"description":"é"}').toString('hex'),
        ),
        data(`000001${H0}${WEB01}`, '060010', '0001020304'),
        data(`000001${H0}${WEB01}`, '020000', '05'),
        data(`000001${H0}${WEB01}`, 'ffffff', '0506'),
        data(`000001${H0}${WEB01}`, '070010', ''),
        data(`000001${H0}${WEB01}`, 'f0000fcb10', '0a'),
      ],
    },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    // Appended points: in order, out of order and twice.
    {
      cells: [
        data(`000001${H0}${WEB01}`, '050000', '000001001002f0000fc003'),
        data(`000001${H1}${WEB01}`, '050000', '001002000001001005'),
        data(`000001${H2}${WEB01}`, '050000', '00000100100b40200000'),
      ],
    },
    ...runs(
      'scan 1356998400 1356998401 none m',
      'scan --import 1356998400 1356998401 none m',
      'scan 1357002000 1357002001 none m',
      'scan --import 1357002000 1357002001 none m',
      'scan 1357005600 none m',
    ),
    { clear: 'data' },
    // A qualifier of one byte.
    { cells: [data(`000001${H0}${WEB01}`, '01', '01')] },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    // An empty qualifier.
    { cells: [data(`000001${H0}${WEB01}`, '', '01'), data(`000001${H1}${WEB01}`, '0000', '01')] },
    run('scan 1356998400 none m', {
      ours: {
        why: 'a cell without a qualifier does not end it',
        code: 0,
        stdout: [
          '[0, 0, 1, 80, -30, 39, 0, 0, 0, 1, 0, 0, 1] m 1356998400 (Tue Jan 01 00:00:00 UTC 2013) {host=web01}',
          '  [1]\t[Not a data point]',
          '[0, 0, 1, 80, -30, 53, 16, 0, 0, 1, 0, 0, 1] m 1357002000 (Tue Jan 01 01:00:00 UTC 2013) {host=web01}',
          '  [0, 0]\t[1]\t0\tl\t1357002000\t(Tue Jan 01 01:00:00 UTC 2013)',
        ],
      },
    }),
    run('scan --import 1356998400 none m', {
      ours: { why: 'a cell without a qualifier does not end it', code: 0, stdout: ['m 1357002000 1 host=web01'] },
    }),
    { clear: 'data' },
    // Tags that nobody knows.
    { cells: [data(`000001${H0}000009000001`, '0000', '01'), data(`000001${H1}${WEB01}`, '0000', '01')] },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    // What can't be read ends the run: compacted cells, appended ones.
    {
      cells: [
        data(`000001${H0}${WEB01}`, '0000', '01'),
        data(`000001${H1}${WEB01}`, '00000010', '01'),
        data(`000001${H2}${WEB01}`, '0000', '01'),
      ],
    },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    { cells: [data(`000001${H0}${WEB01}`, '00000010', '010207'), data(`000001${H2}${WEB01}`, '0000', '01')] },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    { cells: [data(`000001${H0}${WEB01}`, '050000', '000001f0'), data(`000001${H2}${WEB01}`, '0000', '01')] },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    // Values of wrong lengths.
    {
      cells: [
        data(`000001${H0}${WEB01}`, '0000', '010203'),
        data(`000001${H1}${WEB01}`, '000b', '0102030405'),
        data(`000001${H2}${WEB01}`, '0000', '01'),
      ],
    },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    { cells: [data(`000001${H0}${WEB01}`, '0000', ''), data(`000001${H2}${WEB01}`, '0000', '01')] },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
    { clear: 'data' },
    {
      cells: [
        data(`000001${H0}${WEB01}`, '000f', '0000000000000001'),
        data(`000001${H0}${WEB01}`, '001b', 'ffffffff40200000'),
        data(`000001${H0}${WEB01}`, '002f', '40200000'),
        data(`000001${H0}${WEB01}`, '003b', '7fc00000'),
      ],
    },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
  ],
};

export const scanTags: Scenario = {
  name: 'scan-tags',
  files: {
    'many.txt': [
      't 1356998400 1 a=1 b=2 c=3', 't 1356998400 2 host=web01 dc=lga rack=r1 owner=ops', 't 1356998400 3 zeta=1 alpha=2 mid=3 x=4 y=5 z=6 aa=7 BB=8',
      't 1356998400 4 Aa=1 BB=2', 't 1356998400 5 BB=1 Aa=2 C#=3',
      '',
    ].join('\n'), // prettier-ignore
  },
  steps: [
    ...runs(
      'mkmetric t',
      'import --skip-errors $DIR/many.txt',
      'scan 1356998400 none t',
      'scan --import 1356998400 none t',
      'query 1356998400 1356998401 none t',
    ),
  ],
};

export const scanSalted: Scenario = {
  name: 'scan-salted',
  settings: { 'tsd.storage.salt.width': '1', 'tsd.storage.salt.buckets': '4' },
  files: {
    'points.txt': Array.from({ length: 12 }, (_, i) => `s ${1356998400 + i * 1800} ${i} host=h${i % 5}\n`).join(''),
  },
  steps: runs(
    'mkmetric s',
    'import $DIR/points.txt',
    'scan 1356998400 none s',
    'scan --import 1356998400 none s',
    'scan --import 1356998400 none s host=h1',
    'scan --import 1356998400 1357002000 none s',
    'query 1356998400 1357020000 sum s',
    'query 1356998400 1357020000 none s host=h1',
    'scan --delete 1357002000 1357005599 none s',
    'scan --import 1356998400 none s',
    'scan --delete 1356998400 none s host=h1',
    'scan --import 1356998400 none s',
  ),
};

const POINTS =
  'd 1356998400 1 host=web01\nd 1356998460 2 host=web01\nd 1357002000 3 host=web01\nd 1356998400 4 host=db01\nd 1357005600 5 host=web02 dc=lga\n';
export const scanDelete: Scenario = {
  name: 'scan-delete',
  files: { 'points.txt': POINTS },
  steps: [
    ...runs(
      'mkmetric d',
      'import $DIR/points.txt',
      'scan --delete 1500000000 none d',
      'scan --delete 1356998460 1356998460 none d host=web01',
      'scan --import 1356998400 none d',
      'import $DIR/points.txt',
    ),
    run('scan --delete 1356998400 none d host=web*', {
      ours: {
        why: 'deletes only what the filters of the query match',
        stdout: ['d 1356998400 1 host=web01', 'd 1356998460 2 host=web01', 'd 1357002000 3 host=web01', 'd 1357005600 5 host=web02 dc=lga'],
      },
    }),
    ...runs(
      'import $DIR/points.txt',
      'scan --delete --import 1356998400 none d host=db01',
      'scan --import 1356998400 none d',
      "scan --delete 1356998400 none d 'host=web01|db01'",
      'scan --import 1356998400 none d',
      'scan --delete 1356998400 none d',
      'scan 1356998400 none d',
    ),
  ],
};

export const scanErrors: Scenario = {
  name: 'scan-errors',
  steps: [
    NAMES,
    { cells: [data(`000001${H0}${WEB01}`, '0000', '01')] },
    ...runs('scan'),
    asksForHelp('scan --help', 'Usage: scan '),
    ...runs(
      'scan --raw 1356998400 none m',
      'scan 1356998400',
      'scan 1356998400 none',
      'scan 1356998400 1357002000 none',
      'scan -x 1356998400 none m',
      'scan bad none m',
      'scan 2013/13/01 none m',
      'scan 2013/01/01-25:00:00 none m',
      'scan 5x-ago none m',
      'scan -1h-ago none m',
      'scan 1356998400 foo m',
      'scan 1356998400 1357002000 foo m',
      'scan 1357002000 1356998400 none m',
      'scan 1356998400 1356998400 none m',
      'scan 0 none m',
      'scan 1356998400 none unknown',
      'scan 1356998400 none m foo=bar',
      'scan 1356998400 none m host=nobody',
      'scan 1356998400 none m host=',
      'scan 1356998400 none m host=web01 host=db01',
      'scan 1356998400 none m host=web01=x',
      "scan 1356998400 none m 'with lines'",
      'scan 1356998400 none m +key=right',
      'scan 1356998400 +key=right none m',
      'scan 1356998400 none m none',
      'scan 1356998400 sum downsample',
      'scan 1356998400 sum downsample x sum m',
      'scan 1356998400 sum downsample 0 sum m',
      'scan 1356998400 sum downsample 600 none m',
      'scan 1356998400 sum downsample 600 foo m',
      'scan 1356998400 sum rate',
      'scan 1356998400 none m host=regexp(w.*)',
      'scan 1356998400 none m host=wildcard(w*)',
      'scan 1356998400 none m host=regexp([)',
      'scan 1356998400 none m host=nofilter(x)',
    ),
  ],
};

/** Keys that are cut off in the tags or before them, and one that has none. */
export const scanKeys: Scenario = {
  name: 'scan-keys',
  steps: [
    NAMES,
    ...[`${WEB01.slice(0, -2)}`, '0000', '000001', `${WEB01}00`, `${WEB01}000002`, '000009', '', `000009000001${LGA.slice(0, 8)}`].flatMap(
      (tags) => [
        { cells: [data(`000001${H0}${tags}`, '0000', '01'), data(`000001${H1}${WEB01}`, '0000', '02')] },
        ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m'),
        { clear: 'data' as const },
      ],
    ),
    { cells: [data('00000150e227', '0000', '01'), data(`000001${H1}${WEB01}`, '0000', '02')] },
    ...runs('scan 1356998400 none m', 'scan --import 1356998400 none m', 'scan 1 none m', 'scan --import 1 none m'),
  ],
};

export const SCAN_SCENARIOS = [scanKinds, scanKeys, scanObjects, scanTags, scanSalted, scanDelete, scanErrors];
