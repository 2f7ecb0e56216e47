import fc from 'fast-check';
import { compileGlob, globPrefix } from '../../src/util/glob';

describe('a pattern', () => {
  it.each([
    ['*', ['', 'a', 'sys.cpu'], []],
    ['sys.*', ['sys.', 'sys.cpu'], ['sys', 'xsys.a']],
    ['*.cpu', ['sys.cpu', '.cpu'], ['sys.cpu2', 'cpu']],
    ['a*b*c', ['abc', 'aXbYc', 'abbbcc'], ['ab', 'acb', 'abcd']],
    ['s?s', ['sys', 'sus'], ['ss', 'syys']],
    ['a.b', ['a.b'], ['axb']],
    ['**', ['', 'x'], []],
    ['', [''], ['a']],
    ['(a|b)+[c]', ['(a|b)+[c]'], ['ac']],
  ])('%j', (pattern, yes, no) => {
    const matches = compileGlob(pattern);
    expect(yes.filter((name) => !matches(name))).toEqual([]);
    expect(no.filter(matches)).toEqual([]);
  });

  it('means what the regular expression means', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(compileGlob(pattern)(name)).toBe(expression.test(name));
      }),
    );
  });

  it('takes no time with many stars', () => {
    expect(compileGlob(`${'*a'.repeat(30)}b`)('a'.repeat(2000))).toBe(false);
  });

  it.each([
    ['sys.*', 'sys.'],
    ['*', ''],
    ['a?b', 'a'],
    ['plain', 'plain'],
  ])('%j begins with %j', (pattern, prefix) => expect(globPrefix(pattern)).toBe(prefix));
});
