import fc from 'fast-check';
import { decodeComponent, parseParams, parseTarget } from '../../../src/server/http/uri';
import { ClientError } from '../../../src/util/errors';

describe('the route of a target', () => {
  it.each([
    ['/', '', 0, ['']],
    ['//', '', 0, ['']],
    ['//api/query', '', 0, ['', 'api', 'query']],
    ['/q?start=1', 'q', 0, ['q']],
    ['/S/a/B.png', 's', 0, ['S', 'a', 'B.png']],
    ['/api', 'api', 1, []],
    ['/api/', 'api', 1, []],
    ['/api/v1', 'api', 1, []],
    ['/api/version/', 'api/version', 1, ['version']],
    ['/API/V1/Version/extra', 'api/version', 1, ['Version', 'extra']],
    ['/api/v0/version', 'api/version', 0, ['version']],
    ['/api/vfoo', 'api/vfoo', 1, ['vfoo']],
    ['/api/%76ersion', 'api/%76ersion', 1, ['%76ersion']],
    ['/api/uid/Assign?metric=a', 'api/uid', 1, ['uid', 'Assign']],
  ])('%s', (uri, route, apiVersion, path) => {
    expect(parseTarget(uri)).toEqual({ route, apiVersion, path });
  });

  it('refuses versions that are none or not there yet', () => {
    expect(() => parseTarget('/api/v2/put')).toThrow('Requested API version is greater than the max implemented');
    expect(() => parseTarget('/api/v1x/put')).toThrow('Invalid API version format supplied');
    expect(() => parseTarget('/api/v99999999999/put')).toThrow('Invalid API version format supplied');
  });
});

describe('the query string', () => {
  const params = (text: string): Record<string, string[]> => Object.fromEntries(parseParams(`/x?${text}`));

  it('splits at & and ;, and takes a name without = as present', () => {
    expect(params('a=1&b;c=2&a=3&&;=d&e=')).toEqual({ a: ['1', '3'], b: [''], c: ['2'], d: [''], e: [''] });
  });

  it('reads a value up to the separator, = included', () => {
    expect(params('m=sum:x{a=b,c=d}')).toEqual({ m: ['sum:x{a=b,c=d}'] });
  });

  it('reads + and %20 as spaces, UTF-8, and bytes that were not escaped', () => {
    expect(params('a=b+c%20d&n=%C3%A4&raw=\u00c3\u00a4&p=%%')).toEqual({ a: ['b c d'], n: ['ä'], raw: ['ä'], p: ['%'] });
  });

  it('ignores what comes after 1,024 parameters', () => {
    const text = Array.from({ length: 2000 }, (_, i) => `p${i}=1`).join('&');
    expect(parseParams(`/x?${text}`).size).toBe(1024);
  });

  it.each([
    ['%', 'unterminated escape sequence at end of string: %'],
    ['a%4', 'partial escape sequence at end of string: a%4'],
    ['%zz', "invalid escape sequence `%zz' at index 0 of: %zz"],
  ])('refuses the escape %s', (text, message) => {
    expect(() => decodeComponent(text)).toThrow(new ClientError(400, message));
  });

  it('gives back any text that was escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeComponent(encodeURIComponent(text))).toBe(text);
      }),
    );
  });

  it('answers or refuses any text, and never loses a parameter', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()), { maxLength: 20 }), (pairs) => {
        const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
        const values = [...parseParams(`/x?${text}`).values()].flat();
        expect(values.sort()).toEqual(pairs.map(([, value]) => value).sort());
      }),
    );
  });
});
