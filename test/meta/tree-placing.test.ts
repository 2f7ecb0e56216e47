import { placeSeries, type Place, type Tree, type TreeRule, type TsMeta, type UidMeta } from '../../src/meta';
import { RulePattern } from '../../src/meta/tree/rule-pattern';
import type { UidKind } from '../../src/uid';
import { TimeSlice } from '../../src/util/time-slice';

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
const place = (tree: Tree, meta: TsMeta = CPU): Promise<Place> => placeSeries(tree, meta, new TimeSlice());
const placed = async (tree: Tree, meta: TsMeta = CPU): Promise<string | null> => {
  const { leaf } = await place(tree, meta);
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
] as [string, (Pick<TreeRule, 'type'> & Partial<TreeRule>)[], string | null][])('%s', async (_what, rules, path) => {
  expect(await placed(treeOf(rules))).toBe(path);
});

test('within a level the first rule in order that gives a name counts; an empty piece is none', async () => {
  const tree = treeOf([
    { type: 'METRIC', level: 0, order: 0, separator: 's' },
    { type: 'TAGK', field: 'host', level: 0, order: 5 },
  ]);
  expect(await placed(tree)).toBe('web01 > y > .cpu.u > er');
});

test('a strict tree takes only series that every level has a name for', async () => {
  const rules = [{ type: 'TAGK' as const, field: 'dc' }, host, { type: 'METRIC' as const }];
  expect(await place(treeOf(rules, true))).toMatchObject({ refused: true });
  expect(await place(treeOf(rules.slice(1), true))).toMatchObject({ refused: false });
});

test('tells what it did in the words of the original', async () => {
  const rules = [
    { type: 'TAGK' as const, field: 'dc' },
    host,
    { type: 'METRIC' as const, separator: '\\.' },
    { type: 'METRIC' as const, regex: '(s)', regexGroupIdx: 2, displayFormat: '{tag_name}' },
  ];
  expect((await place(treeOf(rules))).messages).toEqual([
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

describe('a series is placed nowhere, and the tree says why, where', () => {
  const custom = (text: string): TsMeta => series(uid('metrics', 'm', { c: text }), uid('tagk', 'host'), uid('tagv', 'web01'));
  const ofCustom = { type: 'METRIC_CUSTOM', field: 'x', customField: 'c' } as const;

  test.each([
    ['it would have very many levels', 'a.'.repeat(5000), [{ ...ofCustom, separator: '\\.' }], 'more than 256 levels'],
    ['its names are very long', 'a'.repeat(100_000), [ofCustom], 'names of more than 8192 characters'],
    [
      'a format makes them very long',
      '{value}'.repeat(500),
      [{ ...ofCustom, displayFormat: '{ovalue}'.repeat(50) }],
      'names of more than 8192 characters',
    ],
    [
      'a pattern takes very long',
      'a'.repeat(5000),
      [{ ...ofCustom, regex: '(a)(?:.?){400}(?:.?){400}b' }],
      'the regular expressions of its rules take too long',
    ],
    [
      'a separator that is never found is looked for from every place',
      'ab'.repeat(20_000),
      [{ ...ofCustom, separator: 'a(?:.*z)?' }],
      'the regular expressions of its rules take too long',
    ],
    [
      'what lies ahead is looked at very often',
      'a'.repeat(50_000),
      [{ ...ofCustom, regex: '(?=.{0,300}b)(a)' }],
      'the regular expressions of its rules take too long',
    ],
    [
      'there are very many rules',
      'a',
      Array.from({ length: 10_000 }, (_, order) => ({ type: 'TAGK' as const, field: 'f'.repeat(100), level: 0, order })),
      'too many rules',
    ],
  ] as [string, string, (Pick<TreeRule, 'type'> & Partial<TreeRule>)[], string][])('%s', async (_what, text, rules, why) => {
    const { leaf, refused, excess, messages } = await place(treeOf(rules), custom(text));
    expect({ leaf, refused, excess }).toEqual({ leaf: null, refused: true, excess: why });
    expect(messages.at(-1)).toBe(`Not placed: ${why}`);
  });
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
