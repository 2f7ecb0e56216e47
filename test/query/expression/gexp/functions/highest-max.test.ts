import { apply, group } from './support';

const up = group('0:1 60:2 120:3', 'host=a', 'up');
const high = group('0:30 60:20 120:10', 'host=b', 'high');
const late = group('60:50 120:50', 'host=c', 'late');

test('keeps the series with the highest maxima', () => {
  expect(apply('highestMax', [[up, high]], ['1'])).toEqual(['high{host=b} 0:30 60:20 120:10']);
  expect(apply('highestMax', [[up], [high]], ['9']).map((text) => text.slice(0, 4))).toEqual(['high', 'up{h']);
});
test('at times when a series is missing the others move up', () => {
  expect(apply('highestMax', [[late, up]], ['2']).map((text) => text.slice(0, 4))).toEqual(['late', 'up{h']);
});
test('negative series of doubles rank alike', () => {
  const a = group('0:-1.5 60:-1.5', 'host=a', 'a');
  const b = group('0:-0.5 60:-0.5', 'host=b', 'b');
  expect(apply('highestMax', [[a, b]], ['1'])).toEqual(['a{host=a} 0:-1.5 60:-1.5']);
});
test('NaN ranks above all', () => {
  const nan = group('0:1.5 60:NaN', 'host=c', 'nan');
  expect(apply('highestMax', [[group('0:9.5 60:9.5'), nan]], ['1'])).toEqual(['nan{host=c} 0:1.5 60:NaN']);
});
test('points beside the window do not count, and are kept', () => {
  expect(apply('highestMax', [[high, up]], ['1'], [120, 180])).toEqual(['high{host=b} 0:30 60:20 120:10']);
});
test('without a point in the window all rank alike', () => {
  expect(apply('highestMax', [[up, high]], ['1'], [1000, 1100])).toEqual(['up{host=a} 0:1 60:2 120:3']);
});
test.each([
  [undefined, 'Need aggregation window for moving average'],
  ['x', 'Unparseable top n value: x'],
  ['0', 'Top n value must be greater than zero: 0'],
  ['99999999999', 'Invalid parameter, must be an integer'],
])('refuses %p', (text, message) => {
  for (const name of ['highestMax', 'highestCurrent']) {
    expect(() => apply(name, [[up]], text === undefined ? [] : [text])).toThrow(message);
  }
});
