import { apply, group } from './support';

test('keeps the kind of every value', () => {
  expect(apply('absolute', [[group('0:-1 60:2 120:-3.5')]], [])).toEqual(['m{host=a} 0:1 60:2 120:3.5']);
});
test('the smallest long has no absolute value', () => {
  expect(apply('absolute', [[group('0:-9223372036854775808 60:-9223372036854775807')]], [])).toEqual([
    'm{host=a} 0:-9223372036854775808 60:9223372036854775807',
  ]);
});
