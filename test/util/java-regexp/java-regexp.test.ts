import fs from 'node:fs';
import path from 'node:path';
import { JavaRegexp, UnsupportedPatternError } from '../../../src/util/java-regexp';
import { difference } from '../../support/java-patterns';
import { ourAnswer } from '../../support/java-regexp-answer';

const golden = JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'golden', 'java-regexp.json'), 'utf8')) as [
  pattern: string,
  texts: string[],
  answer: string,
][];

test('3000 patterns mean what Java says', () => {
  const wrong = golden
    .map(([pattern, texts, answer]) => [pattern, difference({ pattern, texts }, answer, ourAnswer({ pattern, texts }))])
    .filter(([, what]) => what !== '');
  expect(wrong).toEqual([]);
});

test('few of them are not supported, and almost all mistakes are told in the words of Java', () => {
  const ours = golden.map(([pattern, texts]) => ourAnswer({ pattern, texts }));
  const refused = ours.filter((answer) => answer === 'unsupported').length;
  const mistakes = golden.filter(([, , answer]) => answer.startsWith('E'));
  const otherWords = golden.filter(([, , answer], i) => answer.startsWith('E') && ours[i].startsWith('E') && ours[i] !== answer);
  expect(refused / golden.length).toBeLessThan(0.05);
  expect(otherWords.length / mistakes.length).toBeLessThan(0.01);
});

test.each([
  ['[a-z&&[^w]]', ['w', 'x'], [false, true]],
  ['^[a-d[w-z]]$', ['x', 'e'], [true, false]],
  ['[[:alpha:]]', ['a', ':', 'z'], [true, true, false]],
  ['[]a]', [']', 'a', 'b'], [true, true, false]],
  ['\\0167', ['w', '7'], [true, false]],
  ['(?U)\\w', ['é', '-'], [true, false]],
  ['\\w', ['é'], [false]],
  ['a\\b', ['aé', 'a-'], [false, true]],
  ['\\bé', ['é', 'aé'], [true, false]],
  ['^\\p{Alpha}+$', ['web', 'é'], [true, false]],
  ['\\u0077', ['w'], [true]],
  ['web\\Z', ['web', 'web\n', 'webs'], [true, true, false]],
  ['a\\hb', ['a b', 'a\tb', 'a\nb'], [true, true, false]],
  ['a\\Rb', ['a\r\nb', 'a\nb', 'a b'], [true, true, false]],
  ['(?x) w e b # a host', ['web'], [true]],
  ['(?>web)01', ['web01'], [true]],
  ['(?>a|ab)c', ['ac', 'abc'], [true, false]],
  ['^a*+a', ['aaa'], [false]],
  ['^(?:ab)*+c', ['ababc', 'abac'], [true, false]],
  ['^a{1,2}+b', ['aab', 'aaab'], [true, false]],
  ['web(?!01)', ['web01', 'web02'], [false, true]],
  ['(?<=web)0', ['web0', 'db0'], [true, false]],
  ['(?i)É', ['é'], [false]],
  ['(?iu)É', ['é'], [true]],
  ['(?i)WEB', ['web'], [true]],
])('%s', (pattern, texts, found) => {
  const regexp = new JavaRegexp(pattern);
  expect(texts.map((text) => regexp.find(text))).toEqual(found);
});

test.each([
  ['web{1', 'Unclosed counted closure near index 5\nweb{1'],
  ['x{,2}', 'Illegal repetition near index 2\nx{,2}\n  ^'],
  ['{', 'Illegal repetition near index 1\n{'],
  ['(?P<n>w)', 'Unknown inline modifier near index 2\n(?P<n>w)\n  ^'],
  ['[a-\\d]', 'Illegal character range near index 4\n[a-\\d]\n    ^'],
  ['a{2,1}', 'Illegal repetition range near index 5\na{2,1}\n     ^'],
  ['\\p{Foo}', 'Unknown character property name {Foo} near index 6\n\\p{Foo}\n      ^'],
  ['\\', 'Unexpected internal error near index 1\n\\'],
  [')', "Unmatched closing ')'\n)"],
  ['a**', "Dangling meta character '*' near index 2\na**\n  ^"],
])('%s is refused as Java refuses it', (pattern, message) => {
  expect(() => new JavaRegexp(pattern)).toThrow(new Error(message));
});

test.each([
  ['(a)\\1', 'A back-reference is not supported'],
  ['(?<n>a)\\k<n>', 'A back-reference is not supported'],
  ['(?:a|ab)*+b', 'A possessive quantifier of what can match in several lengths is not supported'],
  ['(?>a*b*)c', 'An atomic group (?>...) whose ways to match can differ in length is not supported'],
  ['(?<=a+)b', 'A look-behind group without an obvious maximum length is not supported'],
  ['\\X', 'A grapheme cluster (\\X) is not supported'],
  ['\\p{InGreek}', 'The Unicode block of \\p{InGreek} is not supported'],
  ['('.repeat(300) + ')'.repeat(300), 'Groups nested more than 200 deep'],
  ['['.repeat(300) + 'a' + ']'.repeat(300), 'Groups nested more than 200 deep'],
  ['a'.repeat(70_000), 'A regular expression of 70000 characters is longer than the 65536 allowed'],
  ['(a{1000}){1000}', 'A regular expression that compiles to 1000000 instructions is larger than the 20000 allowed'],
  ['a{2147483647}', 'A regular expression that compiles to 2147483647 instructions'],
  ['[a-z]?'.repeat(10_900), 'A regular expression that compiles to 21800 instructions'],
  ['[\\p{L}]'.repeat(2000), 'The character classes of a regular expression are larger than allowed'],
  ['(?=a)(?=b)'.repeat(20), 'More than 30 look-arounds are not supported'],
])('a pattern that is not supported is refused with the reason: %#', (pattern, message) => {
  expect(() => new JavaRegexp(pattern)).toThrow(message);
  expect(() => new JavaRegexp(pattern)).toThrow(UnsupportedPatternError);
});

test('what needs no instruction may be repeated without end', () => {
  expect(new JavaRegexp('(?:){2147483647}a').find('a')).toBe(true);
});

test('(a?){1000}(a){1000} costs its size once, not once a series', () => {
  const regexp = new JavaRegexp('(a?){1000}(a){1000}');
  expect(Array.from({ length: 5000 }, (_, i) => regexp.find(`web${i}`)).some(Boolean)).toBe(false);
  expect([999, 1000, 2000].map((n) => regexp.find('a'.repeat(n)))).toEqual([false, true, true]);
});

test('a long list of names begins like one name', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `web${i}`);
  const regexp = new JavaRegexp(`^(?:${names.join('|')})$`);
  expect(names.every((name) => regexp.find(name))).toBe(true);
  expect(regexp.find('web1000')).toBe(false);
});

test('states that were forgotten are made again', () => {
  const regexp = new JavaRegexp('a.{500}b$');
  const text = (seed: number): string =>
    Array.from({ length: 2000 }, (_, i) => 'ab'[(Math.imul(i + seed, 0x9e3779b1) >>> 13) & 1]).join('');
  for (let seed = 0; seed < 2; seed++) {
    const value = text(seed);
    expect(regexp.find(value)).toBe(value.endsWith('b') && value.at(-502) === 'a');
  }
});

describe('a search in parts', () => {
  const parts = (pattern: string, text: string): { steps: number[]; found: boolean } => {
    const search = new JavaRegexp(pattern).search(text);
    const steps: number[] = [];
    for (;;) {
      const step = search.next();
      if (step.done) return { steps, found: step.value };
      steps.push(step.value);
    }
  };
  const long = 'a'.repeat(2000);

  test.each([
    ['(a?){300}(a){300}b', long, false],
    ['(a?){300}(a){300}b', `${long}b${long}`, true],
    ['(?=(?:a?){300}(?:a){300}b)c', `${long}b`, false],
    ['(?=(?:a?){300}(?:a){300}b)a', `${long}b`, true],
  ])('%s finds what a search at once does', (pattern, text, expected) => {
    const { steps, found } = parts(pattern, text);
    expect([found, new JavaRegexp(pattern).find(text)]).toEqual([expected, expected]);
    expect(steps.length).toBeGreaterThan(2);
    // No part is much longer than it should be.
    expect(Math.max(...steps)).toBeLessThan(110_000);
  });

  test('takes no steps where all is known, and is not worth while for short names', () => {
    const regexp = new JavaRegexp('web.*01');
    expect(regexp.isQuick('web-of-rack-17-b-01')).toBe(true);
    expect(regexp.isQuick('w'.repeat(32_767))).toBe(false);
    expect(regexp.find('web-01')).toBe(true);
    const { steps } = regexp;
    expect(steps).toBeGreaterThan(0);
    expect(regexp.find('web-01')).toBe(true);
    expect(regexp.steps).toBe(steps);
  });
});
