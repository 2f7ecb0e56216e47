import { apply, group } from './support';

const up = group('0:1 60:2 120:30', 'host=a', 'up');
const high = group('0:90 60:20 120:10', 'host=b', 'high');

test('keeps the series with the highest newest values', () => {
  expect(apply('highestCurrent', [[high, up]], ['1'])).toEqual(['up{host=a} 0:1 60:2 120:30']);
  expect(apply('highestCurrent', [[high, up]], ['1'], [0, 60])).toEqual(['high{host=b} 0:90 60:20 120:10']);
});
test('NaN ranks above all', () => {
  const nan = group('0:1.5 120:NaN', 'host=c', 'nan');
  expect(apply('highestCurrent', [[group('0:1.5 120:9.5'), nan]], ['1'])).toEqual(['nan{host=c} 0:1.5 120:NaN']);
});
