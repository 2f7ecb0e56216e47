import type { TagIds } from '../../../src/query/group';
import { displacedBy, joinIntersection, joinUnion, type Joined, type JoinRule, type JoinSide } from '../../../src/query/expression/join';

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
/** Does all steps. @returns how many there were, and what they came to */
function drain<T>(steps: Generator<null, T>): [number, T] {
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done) return [count, step.value];
  }
}
const anyRoom = (): void => undefined;
const names = (steps: Generator<null, Joined<Named>[]>): string[] =>
  drain(steps)[1].map((members) => members.map((member) => member?.name ?? '-').join());

describe('joined are', () => {
  test('series of the same common tags, in the order of their bytes', () => {
    const a = side(one('a5', [[HOST, 5]]), one('a1', [[RACK, 1]]));
    const b = side(one('b5', [[HOST, 5]]), one('b7', [[RACK, 7]]));
    expect(names(joinUnion([a, b], RULE, anyRoom))).toEqual(['a1,-', '-,b7', 'a5,b5']);
    expect(names(joinIntersection([a, b], RULE, anyRoom))).toEqual(['a5,b5']);
  });
  test('beside common tags, of the same keys that are aggregated over', () => {
    const a = side(one('a', [[DC, 1]], [HOST]));
    const b = side(one('b', [[DC, 1]]));
    expect(names(joinUnion([a, b], RULE, anyRoom))).toEqual(['-,b', 'a,-']);
    expect(names(joinUnion([a, b], { ...RULE, includeAggTags: false }, anyRoom))).toEqual(['a,b']);
  });
  test('series without common tags, whatever they are aggregated over', () => {
    const a = side(one('a', [], [HOST]));
    expect(names(joinUnion([a, side(one('b', [], [RACK, HOST]))], RULE, anyRoom))).toEqual(['a,b']);
    expect(names(joinUnion([a, side(one('b', [[RACK, 1]]))], RULE, anyRoom))).toEqual(['a,-', '-,b']);
    expect(names(joinUnion([a, side(one('b', [[DC, 1]], [HOST]))], { ...RULE, useQueryTags: true }, anyRoom))).toEqual(['a,-', '-,b']);
  });
  test('and who is displaced by whom is known', () => {
    const [first, last, alone] = [one('first', [[DC, 1]]), one('last', [[DC, 1]]), one('alone', [[DC, 2]])];
    expect(displacedBy(side(first, last, alone), new Set([last]), RULE)).toEqual([first]);
    expect(displacedBy(side(first, last, alone), new Set([last, alone, null]), RULE)).toEqual([first]);
    expect(displacedBy(side(last, alone), new Set([last, alone]), RULE)).toEqual([]);
  });
  test('only the last of series that are alike', () => {
    expect(names(joinUnion([side(one('first', [[DC, 1]]), one('last', [[DC, 1]]))], RULE, anyRoom))).toEqual(['last']);
  });
});

describe('very many series', () => {
  const many = (from: number, count: number): Named[] => Array.from({ length: count }, (_, i) => one(`s${from + i}`, [[HOST, from + i]]));
  /** With values of two bytes. */
  const two = (named: Named): Named => {
    const n = Number(named.name.slice(1));
    return { ...named, ids: { ...named.ids, tags: [{ tagk: HOST, tagv: Buffer.from([0, n >> 8, n & 255]) }] } };
  };

  test('are joined in steps, and what is made of them is counted', () => {
    const sides = [side(...many(0, 10_000).map(two)), side(...many(5000, 10_000).map(two))];
    let held = 0;
    const [steps, joined] = drain(joinUnion(sides, RULE, (points) => (held += points)));
    expect(joined).toHaveLength(15_000);
    expect(joined.map((members) => members.map((member) => member !== null))).toEqual(
      Array.from({ length: 15_000 }, (_, i) => [i < 10_000, i >= 5000]),
    );
    expect(steps).toBeGreaterThan(40);
    expect(held).toBeGreaterThanOrEqual(2 * 15_000);
    expect(drain(joinIntersection(sides, RULE, anyRoom))[1]).toHaveLength(5000);
  });
});
