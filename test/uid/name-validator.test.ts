import { NameCodec, NameValidator } from '../../src/uid';

const latin1 = new NameValidator(new NameCodec());

describe('names', () => {
  it.each(['a', 'Z9', 'sys.cpu_0-user/total', 'é', 'ªµºÿ', '0'])('takes %j', (name) => {
    expect(() => latin1.validate('metric name', name)).not.toThrow();
  });

  it.each([
    [null, 'Invalid metric name: null'],
    [undefined, 'Invalid metric name: null'],
    ['', 'Invalid metric name: empty string'],
    ['a b', 'Invalid metric name ("a b"): illegal character:  '],
    ['a:b', 'Invalid metric name ("a:b"): illegal character: :'],
    ['a\n', 'Invalid metric name ("a\n"): illegal character: \n'],
    ['x²', 'Invalid metric name ("x²"): illegal character: ²'],
    ['x×', 'Invalid metric name ("x×"): illegal character: ×'],
    ['٣', 'Invalid metric name ("٣"): illegal character: ٣'],
    ['😀', 'Invalid metric name ("😀"): illegal character: \ud83d'],
    ['𝒜', 'Invalid metric name ("𝒜"): illegal character: \ud835'],
  ])('refuses %j in the words of the original', (name, message) => {
    expect(() => latin1.validate('metric name', name)).toThrow(new Error(message));
  });

  it('says what it was that is wrong', () => {
    expect(() => latin1.validate('tag value with key [host]', 'a b')).toThrow(
      'Invalid tag value with key [host] ("a b"): illegal character:  ',
    );
  });

  it('refuses letters that the charset of the table would merge', () => {
    expect(() => latin1.validate('metric name', '日本')).toThrow('Invalid metric name ("日本"): character not in ISO-8859-1: 日');
    expect(() => latin1.validate('metric name', 'aŁ')).toThrow('character not in ISO-8859-1: Ł');
  });

  it('takes any letter of the BMP with UTF-8', () => {
    const utf8 = new NameValidator(new NameCodec('UTF-8'));
    for (const name of ['日本', 'Łódź', 'ελ', 'عربي']) expect(() => utf8.validate('metric name', name)).not.toThrow();
    expect(() => utf8.validate('metric name', '٣')).toThrow('illegal character: ٣');
  });

  it('takes the characters of tsd.core.tag.allow_specialchars, in metric names too', () => {
    const special = new NameValidator(new NameCodec(), ' :%');
    expect(() => special.validate('metric name', 'a b:c%')).not.toThrow();
    expect(() => special.validate('metric name', 'a,b')).toThrow('illegal character: ,');
    expect(() => latin1.validate('metric name', 'a b')).toThrow('illegal character');
  });

  it.each([
    ['ISO-8859-1', 'a', 32_767],
    ['ISO-8859-1', 'é', 32_767],
    ['UTF-8', 'a', 32_767],
    ['UTF-8', 'é', 16_383],
    ['UTF-8', '日', 10_922],
  ] as const)('takes names in %s up to the bytes that a row key may have (%j)', (charset, letter, most) => {
    const validator = new NameValidator(new NameCodec(charset));
    const longer = letter.repeat(most + 1);
    expect(() => validator.validate('metric name', letter.repeat(most))).not.toThrow();
    expect(() => validator.validate('metric name', longer)).toThrow(/^row key too long: 3276[89] bytes long /);
    expect([validator.accepts(letter.repeat(most)), validator.accepts(longer)]).toEqual([true, false]);
  });

  it.each(['', 'a', 'é', 'aŁ', '日本', '٣', '😀', 'a b', '\ud83d', 'é'.repeat(20_000), '日'.repeat(11_000), 'a'.repeat(40_000)])(
    'says the same by both ways of asking (%#)',
    (name) => {
      for (const charset of ['ISO-8859-1', 'UTF-8'] as const)
        for (const specials of [null, ' :', '😀']) {
          const codec = new NameCodec(charset);
          const validator = new NameValidator(codec, specials);
          let valid = true;
          try {
            validator.validate('metric name', name);
          } catch {
            valid = false;
          }
          expect(validator.accepts(name)).toBe(valid);
          // What is taken comes back from the table as it is.
          if (valid) expect(codec.decode(codec.encode(name)!)).toEqual({ name, exact: true });
        }
    },
  );

  it('classifies single code units', () => {
    expect(['a', 'Z', '9', '/', 'é'].every((c) => latin1.isLegal(c.charCodeAt(0)))).toBe(true);
    expect([' ', '=', '\u0000', '\ud800', '٣'].some((c) => latin1.isLegal(c.charCodeAt(0)))).toBe(false);
  });
});

describe('the codec', () => {
  it('stores Latin-1 as single bytes and refuses the rest', () => {
    const codec = NameCodec.of(null);
    expect(codec.encode('é')).toEqual(Buffer.from([0xe9]));
    expect(codec.encode('日')).toBeNull();
    expect(codec.decode(Buffer.from([0xe9]))).toEqual({ name: 'é', exact: true });
  });

  it('stores UTF-8 where it is configured, and shows older names', () => {
    const codec = NameCodec.of('utf-8');
    expect(codec.encode('日')).toEqual(Buffer.from('日'));
    expect(codec.encode('\ud83d')).toBeNull();
    expect(codec.encode('😀')).toEqual(Buffer.from('😀'));
    expect(codec.decode(Buffer.from([0xe9]))).toEqual({ name: 'é', exact: false });
  });

  it('knows two charsets', () => {
    expect(() => NameCodec.of('EBCDIC')).toThrow('Unsupported tsd.core.uid.charset: EBCDIC');
  });
});
