import type { TagIds } from '../../../src/query/group';
import { displacedBy, joinIntersection, joinUnion, type JoinRule, type JoinSide } from '../../../src/query/expression/join';

const [RACK, HOST, DC] = [1, 2, 3].map((n) => Buffer.from([0, 0, n]));
const METRIC = Buffer.from([0, 0, 9]);
const RULE: JoinRule = { useQueryTags: false, includeAggTags: true };

interface Named {
  readonly name: string;
  readonly ids: TagIds;
}

/** @param tags key and number of the value */
function one(name: string, tags: readonly (readonly [Buffer, number])[], aggregated: Buffer[] = []): Named {
  return { name, ids: { metric: METRIC, tags: tags.map(([tagk, n]) => ({ tagk, tagv: Buffer.from([0, 0, n]) })), aggregated } };
}
const side = (...series: Named[]): JoinSide<Named> => ({ series, filterTagks: null });
const names = (joined: readonly (readonly (Named | null)[])[]): string[] =>
  joined.map((members) => members.map((member) => member?.name ?? '-').join());

describe('joined are', () => {
  test('series of the same common tags, in the order of their bytes', () => {
    const a = side(one('a5', [[HOST, 5]]), one('a1', [[RACK, 1]]));
    const b = side(one('b5', [[HOST, 5]]), one('b7', [[RACK, 7]]));
    expect(names(joinUnion([a, b], RULE))).toEqual(['a1,-', '-,b7', 'a5,b5']);
    expect(names(joinIntersection([a, b], RULE))).toEqual(['a5,b5']);
  });
  test('beside common tags, of the same keys that are aggregated over', () => {
    const a = side(one('a', [[DC, 1]], [HOST]));
    const b = side(one('b', [[DC, 1]]));
    expect(names(joinUnion([a, b], RULE))).toEqual(['-,b', 'a,-']);
    expect(names(joinUnion([a, b], { ...RULE, includeAggTags: false }))).toEqual(['a,b']);
  });
  test('series without common tags, whatever they are aggregated over', () => {
    const a = side(one('a', [], [HOST]));
    expect(names(joinUnion([a, side(one('b', [], [RACK, HOST]))], RULE))).toEqual(['a,b']);
    expect(names(joinUnion([a, side(one('b', [[RACK, 1]]))], RULE))).toEqual(['a,-', '-,b']);
    expect(names(joinUnion([a, side(one('b', [[DC, 1]], [HOST]))], { ...RULE, useQueryTags: true }))).toEqual(['a,-', '-,b']);
  });
  test('and who is displaced by whom is known', () => {
    const [first, last, alone] = [one('first', [[DC, 1]]), one('last', [[DC, 1]]), one('alone', [[DC, 2]])];
    expect(displacedBy(side(first, last, alone), new Set([last]), RULE)).toEqual([first]);
    expect(displacedBy(side(first, last, alone), new Set([last, alone, null]), RULE)).toEqual([first]);
    expect(displacedBy(side(last, alone), new Set([last, alone]), RULE)).toEqual([]);
  });
  test('only the last of series that are alike', () => {
    expect(names(joinUnion([side(one('first', [[DC, 1]]), one('last', [[DC, 1]]))], RULE))).toEqual(['last']);
  });
});
