import { comparable, firstDifference } from '../../src/maintenance/compare/compare-answers';

const series = (host: string, value: number, tsuid: string): unknown => ({
  metric: 'sys.cpu',
  tags: { host },
  aggregateTags: ['dc', 'cpu'],
  tsuids: [tsuid],
  dps: { '1400000000': value },
});

describe('the answers of two TSDs', () => {
  it('are equal whatever their UIDs and the order of their series are', () => {
    const first = comparable([series('a', 1, '000001'), series('b', 2, '000002')]);
    const second = comparable([series('b', 2, '000007'), series('a', 1, '000009')]);
    expect(firstDifference(first, second)).toBeNull();
  });

  it.each([
    [[series('a', 1, '1')], [series('a', 2, '1')], '[0].dps.1400000000: 1, and 2'],
    [[series('a', 1, '1')], [], ': 1 elements, and 0'],
    [{ error: { code: 400 } }, [], ': {"error":{"code":400}}, and []'],
    [{ a: 1 }, { a: 1, b: null }, '.b: nothing, and null'],
    ['text', 'other', ': "text", and "other"'],
  ])('differ: %j, %j', (first, second, difference) => {
    expect(firstDifference(comparable(first), comparable(second))).toBe(difference);
  });
});
