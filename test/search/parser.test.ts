import fc from 'fast-check';
import { Glob, MANY, ONE, type GlobPart } from '../../src/search/query/glob';
import { matchesNumber, matchesText, type Matcher } from '../../src/search/query/matcher';
import type { SearchNode } from '../../src/search/query/nodes';
import { parseSearch, SearchSyntaxError } from '../../src/search/query/parser';

/** A search as one line, each clause with its sign. */
function shown(node: SearchNode): string {
  if (node.kind === 'everything') return '*';
  if (node.kind === 'leaf') return `${node.field ?? ''}:${shownMatcher(node.matcher)}`;
  const clauses = (sign: string, nodes: readonly SearchNode[]): string[] => nodes.map((inner) => sign + shown(inner));
  return `(${[...clauses('+', node.must), ...clauses('', node.should), ...clauses('-', node.mustNot)].join(' ')})`;
}

function shownMatcher(matcher: Matcher): string {
  if (matcher.kind === 'any') return '*';
  if (matcher.kind === 'glob') return `glob(${matcher.glob.prefix})`;
  if (matcher.kind === 'words') return `'${matcher.text}'`;
  return `${matcher.withLow ? '[' : '{'}${matcher.low ?? '*'} ${matcher.high ?? '*'}${matcher.withHigh ? ']' : '}'}`;
}

describe('the query language', () => {
  test.each([
    ['', '*'],
    ['  ', '*'],
    ['*', '*'],
    ['*:*', '*'],
    ['name:*', 'name:*'],
    ['sys.cpu.user', ":'sys.cpu.user'"],
    ['name:sys.cpu.*', 'name:glob(sys.cpu.)'],
    ['SYS', ":'sys'"],
    ['a b', "(:'a' :'b')"],
    ['a OR b', "(:'a' :'b')"],
    ['a || b', "(:'a' :'b')"],
    ['a AND b', "(+:'a' +:'b')"],
    ['a && b && c', "(+:'a' +:'b' +:'c')"],
    ['a OR b AND c', "(+:'b' +:'c' :'a')"],
    ['a AND NOT b', "(+:'a' -:'b')"],
    ['a NOT b', "(:'a' -:'b')"],
    ['a -b', "(:'a' -:'b')"],
    ['a !b', "(:'a' -:'b')"],
    ['NOT a', "(-:'a')"],
    ['+a +b c', "(+:'a' +:'b' :'c')"],
    ['(a OR b) AND c', "(+(:'a' :'b') +:'c')"],
    ['host:(web01 OR web02)', "(host:'web01' host:'web02')"],
    ['host:(web01 name:x)', "(host:'web01' name:'x')"],
    ['"sys cpu"', ":'sys cpu'"],
    ['notes:"in \\"quotes\\" (and more): *"', `notes:'in "quotes" (and more): *'`],
    ['a\\*b', ":'a*b'"],
    ['a\\ b', ":'a b'"],
    ['time\\:zone:x', "time:zone:'x'"],
    ['name:a:b', "name:'a:b'"],
    ['web-01', ":'web-01'"],
    ['a/b?c=d', ':glob(a/b)'],
    ['created:[10 TO 20]', 'created:[10 20]'],
    ['created:{10 TO *}', 'created:{10 *}'],
    ['created:[* TO 20}', 'created:[* 20}'],
    ['created:>=10', 'created:[10 *}'],
    ['created:<10', 'created:{* 10}'],
    ['name:["A" TO "B"]', 'name:[a b]'],
    ['_exists_:notes', 'notes:*'],
    ['a^2 b^0.5', "(:'a' :'b')"],
    ['(a b)^3', "(:'a' :'b')"],
    ['ORANGE', ":'orange'"],
    ['TO', ":'to'"],
    ['Ünïcode', ":'ünïcode'"],
  ])('%j', (query, meaning) => expect(shown(parseSearch(query))).toBe(meaning));

  test.each([
    ['AND a', 'Nothing stands before AND'],
    ['a AND', 'The query ends where a term is expected, at character 6'],
    ['a OR OR b', "A term is expected in place of 'O', at character 6"],
    ['(a', 'A parenthesis is not closed'],
    ['a)', "A term is expected in place of ')', at character 2"],
    ['()', "A term is expected in place of ')', at character 2"],
    ['"a', 'A quotation mark is not closed'],
    ['a\\', 'Nothing stands behind the last backslash'],
    ['name:', 'The query ends where a term is expected, at character 6'],
    ['na*me:x', 'Wildcards can not stand in names of fields and in bounds'],
    ['created:[1 2]', 'A range is written [LOW TO HIGH]'],
    ['created:[1 TO 2', 'A range is not closed'],
    ['created:[1* TO 2]', 'Wildcards can not stand in names of fields and in bounds'],
    ['roam~2', 'Terms that are only similar (~) can not be searched for'],
    ['"a b"~3', 'Terms that are only similar (~) can not be searched for'],
    ['a^x', "A term is expected in place of '^', at character 2"],
    ['x'.repeat(257), 'A term has at most 256 characters'],
    [`"${'x'.repeat(257)}"`, 'A term has at most 256 characters'],
    ['x '.repeat(129), 'A query has at most 128 terms'],
    ['x '.repeat(2049), 'A query has at most 4096 characters, this one has 4098'],
    ['('.repeat(33) + 'a', 'Parentheses are nested deeper than 32'],
  ])('refuses %.40j', (query, message) => expect(() => parseSearch(query)).toThrow(new SearchSyntaxError(message)));

  test('whatever is sent is understood or refused', () => {
    const pieces = fc.array(fc.constantFrom(...'ab*?"():[]{}^~\\+-! AND OR NOT TO && || <='.split(' '), ' '), { maxLength: 30 });
    fc.assert(
      fc.property(pieces, (parts) => {
        try {
          shown(parseSearch(parts.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(SearchSyntaxError);
        }
      }),
    );
  });
});

describe('patterns', () => {
  const part = fc.oneof(fc.constantFrom<GlobPart>(MANY, ONE), fc.constantFrom('a', 'b', 'ab', '.', 'aba'));

  test('mean what the same regular expression means', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 }),
        (parts, text) => {
          const source = parts.map((p) => (p === MANY ? '.*' : p === ONE ? '.' : p.replaceAll('.', '\\.'))).join('');
          expect(new Glob(parts).matches(text)).toBe(new RegExp(`^${source}$`, 's').test(text));
        },
      ),
    );
  });

  test('take no longer than pattern and text, multiplied', () => {
    const glob = new Glob(['a', MANY, 'a', MANY, 'a', MANY, 'a', MANY, 'a', MANY, 'a', MANY, 'a', MANY, 'b']);
    // A matcher that goes back to every asterisk would need 4096^7 steps for this.
    expect(glob.matches('a'.repeat(4096))).toBe(false);
  });
});

describe('values', () => {
  const matcherOf = (query: string): Matcher => {
    const node = parseSearch(`f:${query}`);
    if (node.kind !== 'leaf') throw new Error(node.kind);
    return node.matcher;
  };

  test.each([
    ['sys.cpu.user', 'sys.cpu.user', true],
    ['cpu', 'sys.cpu.user', true],
    ['CPU', 'sys.cpu.user', true],
    ['cpu.user', 'sys.cpu.user', true],
    ['sys.user', 'sys.cpu.user', false],
    ['cp', 'sys.cpu.user', false],
    ['cp*', 'sys.cpu.user', true],
    ['*pu.us*', 'sys.cpu.user', true],
    ['sys.*', 'sys.cpu.user', true],
    ['cpu.*', 'sys.cpu.user', false],
    ['u?er', 'sys.cpu.user', true],
    ['"cpu user"', 'sys.cpu.user', true],
    ['"user cpu"', 'sys.cpu.user', false],
    ['"---"', '---', true],
    ['"---"', 'a', false],
    ['*', '', false],
    ['[a TO m]', 'host', true],
    ['{host TO m]', 'host', false],
    ['größe', 'GRÖSSE größe', true],
  ])('%s fits %s: %s', (query, value, fits) => expect(matchesText(matcherOf(query), value)).toBe(fits));

  test.each([
    ['10', 10, true],
    ['010', 10, true],
    ['1*', 10, true],
    ['[9 TO 10]', 10, true],
    ['[9 TO 10}', 10, false],
    ['>9', 10, true],
    ['[a TO b]', 10, false],
    ['*', 0, true],
  ])('%s fits %s: %s', (query, value, fits) => expect(matchesNumber(matcherOf(query), value)).toBe(fits));
});
