import { MalformedEscapeError, parseProperties } from '../../src/config';

const read = (text: string) => Object.fromEntries(parseProperties(Buffer.from(text, 'latin1')));

describe('Java properties', () => {
  test.each([
    ['a=1', { a: '1' }],
    ['a : 1', { a: '1' }],
    ['a 1', { a: '1' }],
    ['a\t\f1', { a: '1' }],
    ['  a = 1', { a: '1' }],
    ['a = 1 # x', { a: '1 # x' }],
    ['a = ro ', { a: 'ro ' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['# c\n  ! d\na=1', { a: '1' }],
    ['a=1\r\nb=2\rc=3\nd=4', { a: '1', b: '2', c: '3', d: '4' }],
    ['a=1\na=2', { a: '2' }],
    ['a = x\\\n   y', { a: 'xy' }],
    ['a = x\\\\\nb=1', { a: 'x\\', b: '1' }],
    ['p=C:\\tsdb', { p: 'C:\tsdb' }],
    ['p=C:\\other', { p: 'C:other' }],
    ['a\\ b=c\\=d', { 'a b': 'c=d' }],
    ['a=\\u00e9\\t|', { a: 'é\t|' }],
    ['a=\xe9', { a: 'é' }],
    ['a=b=c', { a: 'b=c' }],
    ['a== b', { a: '= b' }],
    ['a=x\\', { a: 'x' }],
    ['', {}],
  ])('%j', (text, want) => expect(read(text)).toEqual(want));

  test('UTF-8 bytes become two characters', () => {
    expect(Object.fromEntries(parseProperties(Buffer.from('a=é', 'utf8')))).toEqual({ a: 'Ã©' });
  });

  test('a broken unicode escape is an error in the words of Java', () => {
    expect(() => read('a=\\u12')).toThrow(MalformedEscapeError);
    expect(() => read('a=\\u12')).toThrow('Malformed \\uxxxx encoding.');
  });
});
