/** A pattern of java.util.regex, well formed or not, and texts to look for it in. */
export interface PatternCase {
  readonly pattern: string;
  readonly texts: readonly string[];
}

const LITERALS = [...'abcwxkKsSAB12éÉßµÿ\u212aſΣςσ€-_. \n\r\u0085\u0301&:#!,}]', 'web', '😀'];
const ESCAPED =
  String.raw`\t \n \x41 \x{61} \u0061 \0141 \071 \cA \. \- \[ \] \^ \& \\ \u00e9 \xe9 \a \e \f \r \0 \018 \x{1F600} \x \u12 \_ \' \# \Qa-b\E \Q1]\E`.split(
    ' ',
  );
const CLASSES = String.raw`\d \D \w \W \s \S \h \H \v \V`.split(' ');
const PROPERTIES =
  'Lower Upper ASCII Alpha Digit Alnum Punct Graph Print Blank Cntrl XDigit Space L Lu Ll N Nd P S Z M IsAlphabetic IsL IsLatin IsGreek IsUppercase IsLowercase IsDigit IsWhite_Space IsPunctuation IsAlnum IsWord javaLowerCase javaUpperCase javaLetter javaWhitespace javaDigit InBasicLatin L1 LD LC all script=Latin gc=Lu sc=grek IsAlpha general_category=Nd IsLatn Foo Sc IsControl IsAssigned IsHex_Digit Cn C IsGraph IsPrint IsBlank'.split(
    ' ',
  );
const RANGES = String.raw`a-z 0-9 A-Z a-c b-k A-z à-ÿ a-é !-/ α-ω \x20-\x7e k-s a-\x7a \u00c0-\u00ff`.split(' ');
const ODD_MEMBERS = ['&&', '&&', '&&', '&', '&&&', '-', ' ', '#', '^', '[:alpha:]', '-['];
const ANCHORS = String.raw`^ $ \b \B \A \Z \z \G \R`.split(' ');
const ODD = String.raw`\X \1 \k<n> \y \E \N{DIGIT ONE} \b{g} { {1} * + ? \p (?#a) (?P<n>a) \pL \PL \pN \i \8 \u [ ) ( {,2} \c`.split(' ');
const QUANTIFIERS = '* + ? * + ? {2} {1,2} {0,1} {1,} {0} {2,} {0,0} {3,1} {,2}'.split(' ').concat('{ 1}', '{1 }', '{1, 2}');
const SUFFIXES = ['?', '+', '?', '+', '*', '{2}', ' +'];
const FLAGS = 'i iu x s m d u U iU -i im-s xi md ms ui-x - i-i -U -u xd'.split(' ');
const SWITCHES = 'i iu x s m d u U -i xi md q -x iU -d'.split(' ');
const GROUPS = ['(', '(', '(?:', '(?:', '(?=', '(?!', '(?<=', '(?<!', '(?>'];
const TEXTS = [...'abcdegwxzkKsSABZ125éÉßµÿàΣςσ\u212aſ-_. \n\r\u0085\u2028&^:#,~[]\t\v\u00a0\u007f\u0301中ıİIi', '\r\n', 'web', 'ab'];

/** Numbers in [0, 1) that depend on the seed only (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Without halves of characters that a cut left. */
function whole(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The case of a seed: always the same one. */
export function patternCase(seed: number, texts = 8): PatternCase {
  const generator = new Generator(numbers(seed));
  return { pattern: generator.pattern(), texts: Array.from({ length: texts }, (_, i) => generator.text(i)) };
}

class Generator {
  constructor(private readonly random: () => number) {}

  pattern(): string {
    const flags = this.chance(0.25) ? `(?${this.pick(FLAGS)})` : '';
    const pattern = flags + (this.chance(0.15) ? '^' : '') + this.alternatives(0) + (this.chance(0.15) ? '$' : '');
    if (this.chance(0.03)) {
      const at = this.below(pattern.length + 1);
      return whole(pattern.slice(0, at) + this.pick([...'[](){}\\^-|?# 1', '&&', '\\Q', '\\E']) + pattern.slice(at));
    }
    return this.chance(0.02) ? whole(pattern.slice(0, this.below(pattern.length + 1))) : pattern;
  }

  text(index: number): string {
    const length = index === 0 ? 0 : 1 + this.below(6);
    return Array.from({ length }, () => this.pick(TEXTS)).join('');
  }

  private below(n: number): number {
    return Math.floor(this.random() * n);
  }

  private pick(list: readonly string[]): string {
    return list[this.below(list.length)];
  }

  private chance(p: number): boolean {
    return this.random() < p;
  }

  private alternatives(depth: number): string {
    let result = this.items(depth);
    while (this.chance(0.18)) result += `|${this.items(depth)}`;
    return result;
  }

  private items(depth: number): string {
    const count = this.below(4) + (depth > 0 ? 0 : 1);
    return Array.from({ length: count }, () => this.item(depth) + this.quantifier()).join('');
  }

  private quantifier(): string {
    if (this.chance(0.62)) return '';
    return this.pick(QUANTIFIERS) + (this.chance(0.2) ? this.pick(SUFFIXES) : '');
  }

  private item(depth: number): string {
    const kind = this.random();
    if (kind < 0.4) return this.pick(LITERALS);
    if (kind < 0.46) return '.';
    if (kind < 0.62) return this.characterClass(0);
    if (kind < 0.67) return this.pick(CLASSES);
    if (kind < 0.71) return this.property();
    if (kind < 0.75) return this.pick(ESCAPED);
    if (kind < 0.8) return this.pick(ANCHORS);
    if (kind < 0.81) return this.pick(ODD);
    if (depth === 3) return this.pick(LITERALS);
    if (kind < 0.93) return `${this.pick(GROUPS)}${this.alternatives(depth + 1)})`;
    if (kind < 0.95) return `(?<n${this.below(9)}>${this.alternatives(depth + 1)})`;
    if (kind < 0.98) return `(?${this.pick(FLAGS)}:${this.alternatives(depth + 1)})`;
    return `(?${this.pick(SWITCHES)})${this.alternatives(depth + 1)}`;
  }

  private property(): string {
    return `${this.chance(0.3) ? '\\P' : '\\p'}{${this.pick(PROPERTIES)}}`;
  }

  private characterClass(depth: number): string {
    let result = this.chance(0.3) ? '[^' : '[';
    if (this.chance(0.08)) result += this.pick([...']-&^ ']);
    for (let count = 1 + this.below(4); count > 0; count--) result += this.member(depth);
    return result + (this.chance(0.97) ? ']' : '');
  }

  private member(depth: number): string {
    const kind = this.random();
    if (kind < 0.25) return this.pick(LITERALS);
    if (kind < 0.3) return this.pick(ESCAPED);
    if (kind < 0.5) return this.pick(RANGES);
    if (kind < 0.6) return this.pick(CLASSES);
    if (kind < 0.7) return this.property();
    if (kind < 0.85 && depth < 3) return this.characterClass(depth + 1);
    return this.pick(ODD_MEMBERS);
  }
}

/** The same of answers about groups: of each text its own. */
export function groupDifference({ texts }: PatternCase, java: string, ours: string): string {
  if (ours === 'unsupported' || java === ours) return '';
  if (java.startsWith('E') || ours.startsWith('E'))
    return java.startsWith('E') && ours.startsWith('E') ? '' : `Java: ${java}, ours: ${ours}`;
  const [theirs, own] = [java.slice(1).split(' '), ours.slice(1).split(' ')];
  const wrong = texts.flatMap((text, i) =>
    theirs[i] === '?' || theirs[i] === own[i] ? [] : [`${JSON.stringify(text)}: ${theirs[i]}, not ${own[i]}`],
  );
  return wrong.length === 0 ? '' : wrong.join('; ');
}

/** What differs between an answer of Java (see JavaRegexp.java) and ours; '' when nothing does. */
export function difference({ texts }: PatternCase, java: string, ours: string): string {
  if (ours === 'unsupported' || java === ours) return '';
  if (java.startsWith('E') || ours.startsWith('E')) {
    // Which of several mistakes is told first, and where white space is counted, is Java's own affair.
    return java.startsWith('E') && ours.startsWith('E') ? '' : `Java: ${java}, ours: ${ours}`;
  }
  const wrong = texts.filter((_, i) => java[i] !== '?' && java[i] !== ours[i]);
  return wrong.length === 0 ? '' : `differs on ${JSON.stringify(wrong)}`;
}
