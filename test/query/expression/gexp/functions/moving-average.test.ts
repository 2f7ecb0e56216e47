import { apply, group } from './support';

const s1 = group('0:1 60:-2 120:3');
const s2 = group('0:10 60:20 120:30');
const gaps = group('0:1 60:11 120:21 180:NaN 240:NaN 300:51 360:61');

test('over points: 0 until there are as many', () => {
  expect(apply('movingAverage', [[s1]], ['2'])).toEqual(['m{host=a} 0:0.0 60:-0.5 120:0.5']);
});
test('over time: 0 until a point is old enough', () => {
  expect(apply('movingAverage', [[s1]], ["'1min'"])).toEqual(['m{host=a} 0:0.0 60:-2.0 120:3.0']);
  expect(apply('movingAverage', [[s2]], ["'2min'"])).toEqual(['m{host=a} 0:0.0 60:0.0 120:25.0']);
});
test('NaN is passed over', () => {
  expect(apply('movingAverage', [[gaps]], ['3'])).toEqual([
    'm{host=a} 0:0.0 60:0.0 120:11.0 180:11.0 240:11.0 300:27.666666666666668 360:44.333333333333336',
  ]);
  expect(apply('movingAverage', [[gaps]], ["'2min'"])).toEqual(['m{host=a} 0:0.0 60:0.0 120:16.0 180:21.0 240:0.0 300:51.0 360:56.0']);
});
test('only points of the query window take part', () => {
  expect(apply('movingAverage', [[s2]], ['2'], [60, 120])).toEqual(['m{host=a} 60:0.0 120:25.0']);
});
test.each([
  [undefined, 'Missing moving average window size'],
  ['0', 'Moving average window must be an integer greater than zero'],
  ["'0min'", 'Moving average window must be an integer greater than zero'],
  ['-1', 'Unparseable window size: -1'],
  ["'1min", "Unparseable window size: '1min"],
  ['9999999999999', 'Invalid parameter, must be an integer'],
  ["'x'", "Invalid moving window parameter: 'x'"],
  ["'", "Invalid moving window parameter: '"],
  ["'5x'", "Unknown time unit=x in window='5x'"],
  ["'5'", "Unknown time unit= in window='5'"],
  ["'1s''", "Unknown time unit=s' in window='1s''"],
  ["'2147483648s'", "Unable to parse moving window parameter: '2147483648s'"],
])('refuses %p', (text, message) => {
  expect(() => apply('movingAverage', [[s1]], text === undefined ? [] : [text])).toThrow(message);
});
