import { apply, group } from './support';

const s1 = group('0:1 60:-2 120:3');

test('integers stay integers by a whole factor, and become doubles by any other', () => {
  expect(apply('scale', [[s1]], ['10'])).toEqual(['m{host=a} 0:10 60:-20 120:30']);
  expect(apply('scale', [[s1]], ['0.5'])).toEqual(['m{host=a} 0:0.5 60:-1.0 120:1.5']);
  expect(apply('scale', [[s1]], ['-.5'])).toEqual(['m{host=a} 0:-0.5 60:1.0 120:-1.5']);
});
test('products wrap at 64 bits', () => {
  expect(apply('scale', [[group('0:4611686018427387904')]], ['3'])).toEqual(['m{host=a} 0:-4611686018427387904']);
  expect(apply('scale', [[group('0:1 60:2')]], ['99999999999999999999'])).toEqual(['m{host=a} 0:9223372036854775807 60:-2']);
});
test.each([
  [[], 'Missing scaling factor'],
  [['x'], 'Unparseable scale factor value: 0.0'],
  [['1e3'], 'Unparseable scale factor value: 0.0'],
  [['--1'], 'Invalid parameter, must be an integer or floating point'],
  [['1.2.3'], 'Invalid parameter, must be an integer or floating point'],
  [['.'], 'Invalid parameter, must be an integer or floating point'],
])('refuses %p', (parameters, message) => expect(() => apply('scale', [[s1]], parameters)).toThrow(message));
