import fc from 'fast-check';
import { NumberFormatError } from '../../src/util/errors';
import { looksLikeInteger, parseJavaDouble, parseJavaFloat } from '../../src/util/java-number-text';
import { NumberScanner } from '../../src/write/number-scanner';
import type { PointOrigin } from '../../src/write';
import { readValueText } from '../../src/write/value-text';

const bits = (n: number): string => {
  const view = Buffer.alloc(8);
  view.writeDoubleBE(n);
  return view.toString('hex');
};

const print = (n: number): string => (Object.is(n, -0) ? '-0.0' : String(n));

describe('doubles in Java syntax', () => {
  it.each([
    ['1.5f', 1.5],
    ['1.5d', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['-0.0', -0],
    [' 1e3\t', 1000],
    ['1e400', Infinity],
    ['-Infinity', -Infinity],
    ['NaN', NaN],
    ['0x1.8p1', 3],
    ['0X.8P0', 0.5],
    ['-0x1p-1074', -5e-324],
    ['0x1.fffffffffffff7p1023', Number.MAX_VALUE],
    ['0x1.fffffffffffff8p1023', Infinity],
    ['0x0.00000000000008p-1022', 0],
    ['0x0.00000000000018p-1022', 1e-323],
    ['0x1p99999', Infinity],
  ])('%s', (text, value) => {
    expect(bits(parseJavaDouble(text))).toBe(bits(value));
  });

  it.each([
    ['1.5x', 'For input string: "1.5x"'],
    ['', 'empty String'],
    ['  ', 'empty String'],
    ['1.2.3', 'multiple points'],
    ['1e', 'For input string: "1e"'],
    ['.', 'For input string: "."'],
    ['0x1.8', 'For input string: "0x1.8"'],
    ['1_0.5', 'For input string: "1_0.5"'],
  ])('%j is refused', (text, message) => {
    expect(() => parseJavaDouble(text)).toThrow(new NumberFormatError(message));
  });

  it('read what JavaScript prints', () => {
    fc.assert(fc.property(fc.double({ noNaN: true }), (n) => bits(parseJavaDouble(print(n))) === bits(n)));
  });
});

describe('floats in Java syntax', () => {
  it('are rounded once from the text', () => {
    // Halfway between two floats once it is a double; the text lies above.
    expect(parseJavaFloat('1.00000005960464477540')).toBe(1.0000001192092896);
    expect(parseJavaFloat('1.000000059604644775390625')).toBe(1);
    expect(parseJavaFloat('1.00000005960464477538')).toBe(1);
    expect(parseJavaFloat('-1.00000005960464477540')).toBe(-1.0000001192092896);
    expect(parseJavaFloat('1e40')).toBe(Infinity);
  });

  it('are the float they were printed from', () => {
    fc.assert(fc.property(fc.float({ noNaN: true }), (n) => bits(parseJavaFloat(print(n))) === bits(n)));
  });
});

it('tells integers by the absence of points and exponents', () => {
  expect(['1', '-5', 'NaN', '0x10', 'Infinity'].map(looksLikeInteger)).toEqual([true, true, true, true, true]);
  expect(['1.0', '1e3', '1E3', 'value'].map(looksLikeInteger)).toEqual([false, false, false, false]);
});

describe('numbers read from bytes', () => {
  const scanner = new NumberScanner();
  const encoded = (text: string, source: PointOrigin): { flags: number; bytes: string } | null => {
    const bytes = Buffer.from(text);
    if (scanner.scan(bytes, 0, bytes.length) !== bytes.length || (source === 'import' && scanner.isHalfway())) return null;
    const flags = scanner.encode(source);
    return { flags, bytes: Buffer.from(scanner.value.subarray(0, (flags & 7) + 1)).toString('hex') };
  };
  const decimal = fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      fc.stringMatching(/^[0-9]{0,17}$/),
      fc.constantFrom('', '.'),
      fc.stringMatching(/^[0-9]{0,12}$/),
      fc.constantFrom('', '', 'e5', 'f', 'x'),
    )
    .map((parts) => parts.join(''));

  it('are what their text means, or are left to it', () => {
    let taken = 0;
    fc.assert(
      fc.property(decimal, fc.constantFrom<PointOrigin>('telnet', 'http', 'import'), (text, source) => {
        const fast = encoded(text, source);
        if (fast === null) return;
        taken++;
        const { flags, bytes } = readValueText(text, source);
        expect(fast).toEqual({ flags, bytes: bytes.toString('hex') });
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it.each([
    '0',
    '-0',
    '127',
    '128',
    '-128',
    '-129',
    '32767',
    '32768',
    '-32769',
    '2147483647',
    '2147483648',
    '-2147483649',
    '999999999999999',
    '-999999999999999',
    '0.1',
    '42.5',
    '-0.0',
    '.5',
    '5.',
  ])('%s is taken', (text) => {
    for (const source of ['telnet', 'http', 'import'] as const) {
      const { flags, bytes } = readValueText(text, source);
      expect(encoded(text, source)).toEqual({ flags, bytes: bytes.toString('hex') });
    }
  });

  it.each(['', '-', '.', '-.', '+1', '1e3', 'NaN', '0x1', '1.2.3', '1234567890123456', '1.5f'])('%j is left to the slow path', (text) => {
    expect(encoded(text, 'telnet')).toBeNull();
  });
});
