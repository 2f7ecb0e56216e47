import { apply, group } from './support';

const a = group('0:1 60:-2 120:3', 'host=a', 'a', 1);
const b = group('0:1.5 60:2.5 120:3.5', 'host=a', 'b', 2);

test('sums, differences, products and quotients', () => {
  expect(apply('sum', [[a], [b]], [])).toEqual(['a{host=a} 0:2.5 60:0.5 120:6.5']);
  expect(apply('diffSeries', [[a], [b]], [])).toEqual(['a{host=a} 0:-0.5 60:-4.5 120:-0.5']);
  expect(apply('multiply', [[a], [b]], [])).toEqual(['a{host=a} 0:1.5 60:-5.0 120:10.5']);
  expect(apply('divideSeries', [[a], [b]], [])).toEqual(['a{host=a} 0:0.6666666666666666 60:-0.8 120:0.8571428571428571']);
});
test('points are combined by their place, at the earliest of their times', () => {
  expect(apply('sum', [[a], [group('5:5 90:6 100:7')]], [])).toEqual(['a{host=a} 0:6.0 60:4.0 120:10.0'.replace('120', '100')]);
  expect(() => apply('sum', [[a], [group('5:5 90:6')]], [])).toThrow('No more elements');
});
test('a missing series is 0, as is NaN; the metric is the one with the lowest id, the tags are those of the first operand', () => {
  const other = group('0:7', 'host=b', 'c', 3);
  expect(apply('difference', [[other], [a]], [])).toEqual(['a{} 0:-1.0 60:2.0 120:-3.0', 'c{host=b} 0:7.0']);
  expect(apply('divide', [[a], [other]], [])).toEqual(['a{host=a} 0:0.0 60:0.0 120:0.0', 'c{} 0:0.0']);
  expect(apply('sum', [[group('0:NaN')], [group('0:2')]], [])).toEqual(['m{host=a} 0:2.0']);
});
test('takes 2 to 26 inputs', () => {
  expect(() => apply('sum', [[a]], [])).toThrow('Must have 2 to 26 series, got 1 instead');
  const inputs = Array.from({ length: 27 }, () => [a]);
  expect(() => apply('sum', inputs, [])).toThrow('Must have 2 to 26 series, got 27 instead');
  expect(apply('sum', inputs.slice(1), [])).toEqual(['a{host=a} 0:26.0 60:-52.0 120:78.0']);
});
test('gives nothing where there is nothing', () => expect(apply('sum', [[], []], [])).toEqual([]));
