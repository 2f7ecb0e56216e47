import { addFilter, bytesOfFilters, FILTER_TYPES, filterFromTag, makeFilter, type TagValueFilter } from '../../../src/query/filter';

const glob = (text: string): TagValueFilter => makeFilter('wildcard', 'host', text, false);

describe('globs', () => {
  test.each([
    ['w*1', 'web01', true],
    ['w*1', 'abweb01', true],
    ['a*b', 'abweb01', true],
    ['a*b', 'acb', true],
    ['a*b', 'xba', true],
    ['*a*b', 'xab', true],
    ['*a*b', 'xabx', false],
    ['a*b*', 'axb', true],
    ['a*b*', 'xaxb', false],
    ['ab*ab', 'abab', true],
    ['*web*', 'xwebx', true],
    ['web*', 'web01', true],
    ['web*', 'xweb01', false],
    ['*01', 'web01', true],
    ['*01', 'web012', false],
    ['*', '', true],
    ['***', 'anything', true],
    ['WEB*', 'web01', false],
    ['a**b', 'ab', true],
  ])('%s on %s', (pattern, value, matches) => {
    expect(glob(pattern).matches(value)).toBe(matches);
  });

  test('a bare asterisk needs no names, but wants the key', () => {
    expect(glob('*').needsNames).toBe(false);
    expect(glob('**').needsNames).toBe(false);
    expect(glob('a*').needsNames).toBe(true);
    expect(glob('*').matches(undefined)).toBe(false);
  });

  test('must contain an asterisk', () => {
    expect(() => glob('web')).toThrow('Filter must contain an asterisk');
  });

  test('ignore case as iwildcard and in the short form only', () => {
    expect(makeFilter('iwildcard', 'host', 'WEB*', false).matches('wEb01')).toBe(true);
    const short = filterFromTag('host', 'WEB*', true);
    expect(short.matches('web01')).toBe(true);
    expect(short.type).toBe('wildcard');
    expect(short.describeConfig()).toBe('{components=[web], case=true}');
  });
});

describe('literals', () => {
  test('split on pipes, trailing empty pieces dropped', () => {
    expect(makeFilter('literal_or', 'host', 'a|', false).literals(9)).toEqual(['a']);
    expect(makeFilter('literal_or', 'host', '||', false).literals(9)).toEqual([]);
    expect(makeFilter('literal_or', 'host', '|a', false).literals(9)).toEqual(['', 'a']);
    expect(() => makeFilter('literal_or', 'host', '|', false)).toThrow('Filter must contain more than just a pipe');
    expect(() => makeFilter('not_iliteral_or', 'host', '|', false)).toThrow('Filter must contain more than just a pipe');
  });

  test('are counted when the filter is made, those behind the last that counts left out', () => {
    const most = 'v|'.repeat(32_767);
    const refusal = 'Filter must not have more than 32768 literals';
    expect(makeFilter('literal_or', 'host', `${most}w`, false).literals(9)).toEqual(['v', 'w']);
    expect(makeFilter('literal_or', 'host', `${most}w${'|'.repeat(100_000)}`, false).literals(9)).toEqual(['v', 'w']);
    expect(makeFilter('literal_or', 'host', '|'.repeat(100_000), false).literals(9)).toEqual([]);
    expect(() => makeFilter('literal_or', 'host', `${most}w|x`, false)).toThrow(refusal);
    expect(() => makeFilter('not_iliteral_or', 'host', `${'|'.repeat(32_768)}x`, false)).toThrow(refusal);
  });

  test('are told up to a number, distinct and in the order of Java, and again after they were let go of', () => {
    const filter = makeFilter('literal_or', 'host', 'b|a|b|c', false);
    expect([filter.values, filter.literals(2), filter.literals(3)]).toEqual([4, null, ['a', 'b', 'c']]);
    filter.release();
    expect([filter.matches('c'), filter.matches('d')]).toEqual([true, false]);
    expect(bytesOfFilters([filter, makeFilter('wildcard', 'host', '*', false)])).toBe(5 * 64);
  });

  test('are all in the dump of a query, however many', () => {
    const values = Array.from({ length: 5000 }, (_, i) => `v${i}`);
    const dump = makeFilter('literal_or', 'host', values.join('|'), false).describeConfig();
    expect(dump).toBe(`{literals=[${values.join(', ')}], case=false}`);
  });

  test.each([
    ['literal_or', 'web01', true],
    ['literal_or', 'WEB01', false],
    ['literal_or', undefined, false],
    ['iliteral_or', 'WEB01', true],
    ['iliteral_or', 'web03', false],
    ['not_literal_or', 'web01', false],
    ['not_literal_or', 'WEB01', true],
    ['not_literal_or', undefined, true],
    ['not_iliteral_or', 'WEB02', false],
    ['not_iliteral_or', 'web03', true],
  ])('%s of web01|Web02 on %s', (type, value, matches) => {
    expect(makeFilter(type, 'host', 'web01|Web02', false).matches(value)).toBe(matches);
  });

  test('only the case-sensitive positive kind can be resolved to UIDs', () => {
    const resolvable = FILTER_TYPES.filter((type) => makeFilter(type, 'k', type.includes('wild') ? '*' : 'a', false).literals(9) !== null);
    expect(resolvable).toEqual(['literal_or']);
  });
});

describe('regular expressions', () => {
  test('are found anywhere, and a missing key never matches', () => {
    const f = makeFilter('regexp', 'host', 'b0[12]', false);
    expect([f.matches('web01'), f.matches('web03'), f.matches(undefined)]).toEqual([true, false, false]);
  });

  test('take linear time on what makes others explode', () => {
    expect(makeFilter('regexp', 'host', '^(a+)+$', false).matches('a'.repeat(5000) + '!')).toBe(false);
  });

  test.each([
    ['[', 'Unclosed character class near index 0\n[\n^'],
    ['[a', 'Unclosed character class near index 1\n[a\n ^'],
    ['(a', 'Unclosed group near index 2\n(a'],
    ['a)', "Unmatched closing ')' near index 0\na)\n^"],
    ['*a', "Dangling meta character '*' near index 0\n*a\n^"],
  ])('%s is refused in the words of the original', (pattern, message) => {
    expect(() => makeFilter('regexp', 'host', pattern, false)).toThrow(message);
  });
});

describe('short forms', () => {
  test.each([
    ['*', 'wildcard', '*'],
    ['web01', 'literal_or', 'web01'],
    ['web01|web02', 'literal_or', 'web01|web02'],
    ['*|b', 'wildcard', '*|b'],
    ['web01)', 'literal_or', 'web01)'],
    ['REGEXP(a.b)', 'regexp', 'a.b'],
    ['iliteral_or(A)', 'iliteral_or', 'A'],
  ])('%s is a %s of %s', (text, type, filter) => {
    expect(filterFromTag('host', text, true)).toMatchObject({ type, filter, groupBy: true });
  });

  test.each([
    ['regexp(a', "Filter must end with a ')': regexp(a"],
    ['(a)', 'The filter type cannot be null or empty'],
    ['a*(b)', 'Could not find a tag value filter of the type: a*'],
    ['not_key()', 'Could not find a tag value filter of the type: not_key'],
    ['wildcard()', 'Filter cannot be null or empty'],
    ['', 'Filter cannot be null or empty'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => filterFromTag('host', text, true)).toThrow(message);
  });

  test('types are looked up as they are in JSON', () => {
    expect(() => makeFilter('Wildcard', 'host', '*', false)).toThrow('Could not find a tag value filter of the type: Wildcard');
    expect(() => makeFilter(null, 'host', '*', false)).toThrow('The filter type cannot be null or empty');
    expect(() => makeFilter('wildcard', null, '*', false)).toThrow('The tagk cannot be null or empty');
    expect(() => makeFilter('wildcard', 'host', null, false)).toThrow('Filter cannot be null or empty');
  });
});

test('an equal filter is only switched to grouping; where the asterisks stood makes no difference', () => {
  const filters: TagValueFilter[] = [];
  addFilter(filters, glob('web*'));
  addFilter(filters, makeFilter('wildcard', 'host', '*web', true));
  addFilter(filters, makeFilter('iwildcard', 'host', 'web*', false));
  expect(filters.map((f) => [f.type, f.filter, f.groupBy])).toEqual([
    ['wildcard', 'web*', true],
    ['iwildcard', 'web*', false],
  ]);
});
