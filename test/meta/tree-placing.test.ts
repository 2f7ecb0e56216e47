import { placeSeries, type Tree, type TreeRule, type TsMeta, type UidMeta } from '../../src/meta';
import { RulePattern } from '../../src/meta/tree/rule-pattern';
import type { UidKind } from '../../src/uid';

const blank = { displayName: '', description: '', notes: '', created: 0, custom: null };

function uid(kind: UidKind, name: string, custom: Record<string, string> | null = null): UidMeta {
  return { ...blank, kind, uid: '000001', name, custom: custom && new Map(Object.entries(custom)) };
}

function series(metric: UidMeta, ...tags: UidMeta[]): TsMeta {
  const own = { units: '', dataType: '', retention: 0, max: NaN, min: NaN, lastReceived: 0, totalDatapoints: 0n };
  return { ...blank, ...own, tsuid: '000001000001000001', metric, tags };
}

function treeOf(rules: (Pick<TreeRule, 'type'> & Partial<TreeRule>)[], strictMatch = false): Tree {
  const rule = { field: '', regex: '', separator: '', description: '', notes: '', customField: '', regexGroupIdx: 0, displayFormat: '' };
  const all = rules.map((given, level): TreeRule => ({ ...rule, level, order: 0, treeId: 7, ...given }));
  return { treeId: 7, created: 0, name: 't', description: '', notes: '', strictMatch, enabled: true, storeFailures: false, rules: all };
}

const CPU = series(
  uid('metrics', 'sys.cpu.user', { owner: 'ops' }),
  uid('tagk', 'host', { kind: 'machine' }),
  uid('tagv', 'web01', { rack: 'r1' }),
);
const host = { type: 'TAGK', field: 'host' } as const;

/** Names from the root to the leaf. */
const placed = (tree: Tree, meta: TsMeta = CPU): string | null => {
  const { leaf } = placeSeries(tree, meta);
  return leaf && [...leaf.branch, leaf.leaf.displayName].join(' > ');
};

test.each([
  [
    'every type of rule',
    [
      { type: 'METRIC_CUSTOM', customField: 'owner' },
      { type: 'TAGK_CUSTOM', field: 'host', customField: 'kind' },
      { type: 'TAGV_CUSTOM', field: 'web01', customField: 'rack' },
      host,
      { type: 'METRIC' },
    ],
    'ops > machine > r1 > web01 > sys.cpu.user',
  ],
  ['pieces between separators', [{ type: 'METRIC', separator: '\\.' }, host], 'sys > cpu > user > web01'],
  ['a separator that is not there', [{ type: 'METRIC', separator: 'x' }, host], 'sys.cpu.user > web01'],
  [
    'a group of a pattern, before any separator',
    [{ type: 'METRIC', regex: '(s)(.)', regexGroupIdx: 1, separator: 's' }, host],
    'y > web01',
  ],
  [
    'formats',
    [
      { type: 'METRIC', separator: 'u', displayFormat: '{ovalue}-{value}' },
      { ...host, displayFormat: '{tag_name}={value} {tsuid}' },
    ],
    'sys.cpu.user-sys.cp > sys.cpu.user-. > sys.cpu.user-ser > host=web01 000001000001000001',
  ],
  [
    'levels without a name',
    [{ type: 'TAGK', field: 'dc' }, host, { type: 'TAGK', field: 'rack' }, { type: 'METRIC' }, { type: 'TAGK', field: 'dc' }],
    'web01 > sys.cpu.user',
  ],
  ['a level that is called as the one above', [host, host, { type: 'METRIC' }], 'web01 > sys.cpu.user'],
  ['a leaf that is called as its branch', [host, host], 'web01 > web01'],
  ['nothing at all', [{ type: 'TAGK', field: 'dc' }], null],
] as [string, (Pick<TreeRule, 'type'> & Partial<TreeRule>)[], string | null][])('%s', (_what, rules, path) => {
  expect(placed(treeOf(rules))).toBe(path);
});

test('within a level the first rule in order that gives a name counts; an empty piece is none', () => {
  const tree = treeOf([
    { type: 'METRIC', level: 0, order: 0, separator: 's' },
    { type: 'TAGK', field: 'host', level: 0, order: 5 },
  ]);
  expect(placed(tree)).toBe('web01 > y > .cpu.u > er');
});

test('a strict tree takes only series that every level has a name for', () => {
  const rules = [{ type: 'TAGK' as const, field: 'dc' }, host, { type: 'METRIC' as const }];
  expect(placeSeries(treeOf(rules, true), CPU)).toMatchObject({ refused: true });
  expect(placeSeries(treeOf(rules.slice(1), true), CPU)).toMatchObject({ refused: false });
});

test('tells what it did in the words of the original', () => {
  const rules = [
    { type: 'TAGK' as const, field: 'dc' },
    host,
    { type: 'METRIC' as const, separator: '\\.' },
    { type: 'METRIC' as const, regex: '(s)', regexGroupIdx: 2, displayFormat: '{tag_name}' },
  ];
  expect(placeSeries(treeOf(rules), CPU).messages).toEqual([
    'Processing rule: [7:0:0:TAGK]',
    'No match on tagk [dc] for rule: [7:0:0:TAGK]',
    'Processing rule: [7:1:0:TAGK]',
    'Matched tagk [host] for rule: [7:1:0:TAGK]',
    'Processing rule: [7:2:0:METRIC]',
    'Processing rule: [7:2:0:METRIC]',
    'Processing rule: [7:2:0:METRIC]',
    'Processing rule: [7:3:0:METRIC]',
    'Regex group index [2] for rule [7:3:0:METRIC] was out of bounds [1]',
    'Depth [6] Adding leaf [name: user tsuid: 000001000001000001] to parent branch [Name: [cpu]]',
    'Depth [5] Adding branch: Name: [cpu] to parent: Name: [sys]',
    'Depth [4] Adding branch: Name: [sys] to parent: Name: [web01]',
    'Depth [3] Skipping a non-matched branch, returning: Name: [web01]',
  ]);
});

describe('patterns of rules', () => {
  test.each([
    ['\\.', 'a.b..c..', ['a', 'b', '', 'c']],
    ['/', '/api/v1', ['', 'api', 'v1']],
    ['/', '/', []],
    ['x', 'abc', ['abc']],
    ['', 'abc', ['a', 'b', 'c']],
    ['[.-]', 'io-bytes.x', ['io', 'bytes', 'x']],
  ])('%j splits %j as Java does', (pattern, text, pieces) => {
    expect(new RulePattern(pattern).split(text)).toEqual(pieces);
  });

  test.each([
    ['(', 'Unclosed group near index 1\n('],
    ['(a)\\1', 'A back-reference is not supported in a regular expression'],
    ['(a*)*', 'A repeated capturing group that can be empty is not supported in a regular expression'],
    ['(?=(a))', 'A capturing group in a look-around is not supported in a regular expression'],
  ])('%j is refused', (pattern, message) => {
    expect(() => new RulePattern(pattern)).toThrow(message);
  });

  test.each([
    ['(?i)(WEB)(\\d+)', 'web01', ['web01', 'web', '01']],
    ['\\p{Alpha}+(\\d)', 'web01', ['web0', '0']],
    ['(\\w)++', 'web', ['web', 'b']],
    ['[a-z&&[^b]]+', 'bweb', ['we']],
    ['(x)?web(.*)', 'web01', ['web01', null, '01']],
    ['(a|ab)(c|bcd)(d*)', 'abcd', ['abcd', 'a', 'bcd', '']],
    ['.*?(\\d+)', 'web01', ['web01', '01']],
    ['.*(\\d+)', 'web01', ['web01', '1']],
    ['(?:(a)|b)*', 'ab', ['ab', 'a']],
  ])('%j captures what Java captures in %j', (pattern, text, groups) => {
    expect(new RulePattern(pattern).find(text)).toEqual(groups);
  });

  test('one that would take Java for ever is not found', () => {
    expect(new RulePattern('^((a+)+)$').find(`${'a'.repeat(10_000)}!`)).toBeNull();
  });
});
