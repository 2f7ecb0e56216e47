import { CodePointSet } from './code-point-set';
import { POSIX, unicodeWord } from './predefined';
import { unicodeSet, unicodeUnion } from './unicode';

type Maker = () => CodePointSet;

const { ranges } = CodePointSet;
const without = (set: CodePointSet, other: CodePointSet): CodePointSet => set.intersect(other.complement());

/** General categories, by the names that Java knows. */
const CATEGORIES = new Set(
  'Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf L M N Z C P S LC'.split(' '),
);

const identifierIgnorable: Maker = () => ranges([0, 8], [0x0e, 0x1b], [0x7f, 0x9f]).union(unicodeSet('Cf'));
const control: Maker = () => unicodeSet('Cc');
const graph: Maker = () => unicodeUnion('White_Space', 'Cc', 'Cs', 'Cn').complement();
const blank: Maker = () => unicodeSet('Zs').union(CodePointSet.of(0x09));

/** Names behind `Is`, upper-cased, and the POSIX names under `(?U)`. */
const BINARY: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['ALPHABETIC', () => unicodeSet('Alphabetic')],
  ['LETTER', () => unicodeSet('L')],
  ['IDEOGRAPHIC', () => unicodeSet('Ideographic')],
  ['LOWERCASE', () => unicodeSet('Lowercase')],
  ['UPPERCASE', () => unicodeSet('Uppercase')],
  ['TITLECASE', () => unicodeSet('Lt')],
  ['WHITE_SPACE', () => unicodeSet('White_Space')],
  ['WHITESPACE', () => unicodeSet('White_Space')],
  ['CONTROL', control],
  ['PUNCTUATION', () => unicodeSet('P')],
  ['HEX_DIGIT', () => unicodeUnion('Nd', 'Hex_Digit')],
  ['HEXDIGIT', () => unicodeUnion('Nd', 'Hex_Digit')],
  ['ASSIGNED', () => unicodeSet('Cn').complement()],
  ['NONCHARACTER_CODE_POINT', () => unicodeSet('Noncharacter_Code_Point')],
  ['NONCHARACTERCODEPOINT', () => unicodeSet('Noncharacter_Code_Point')],
  ['DIGIT', () => unicodeSet('Nd')],
  ['ALNUM', () => unicodeUnion('Alphabetic', 'Nd')],
  ['BLANK', blank],
  ['GRAPH', graph],
  ['PRINT', () => without(graph().union(blank()), control())],
  ['WORD', unicodeWord],
  ['JOIN_CONTROL', () => unicodeSet('Join_Control')],
  ['JOINCONTROL', () => unicodeSet('Join_Control')],
]);

const UNICODE_POSIX: ReadonlyMap<string, string> = new Map([
  ['ALPHA', 'ALPHABETIC'],
  ['LOWER', 'LOWERCASE'],
  ['UPPER', 'UPPERCASE'],
  ['SPACE', 'WHITE_SPACE'],
  ['PUNCT', 'PUNCTUATION'],
  ['XDIGIT', 'HEX_DIGIT'],
  ['CNTRL', 'CONTROL'],
]);

/** POSIX names that are in `BINARY` themselves. */
const SAME_POSIX = new Set(['ALNUM', 'DIGIT', 'BLANK', 'GRAPH', 'PRINT']);

/** The methods of Java's Character class. */
const JAVA: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['javaLowerCase', () => unicodeSet('Lowercase')],
  ['javaUpperCase', () => unicodeSet('Uppercase')],
  ['javaAlphabetic', () => unicodeSet('Alphabetic')],
  ['javaIdeographic', () => unicodeSet('Ideographic')],
  ['javaTitleCase', () => unicodeSet('Lt')],
  ['javaDigit', () => unicodeSet('Nd')],
  ['javaDefined', () => unicodeSet('Cn').complement()],
  ['javaLetter', () => unicodeSet('L')],
  ['javaLetterOrDigit', () => unicodeUnion('L', 'Nd')],
  ['javaJavaIdentifierStart', () => unicodeUnion('L', 'Nl', 'Sc', 'Pc')],
  ['javaJavaIdentifierPart', () => unicodeUnion('L', 'Nl', 'Sc', 'Pc', 'Nd', 'Mc', 'Mn').union(identifierIgnorable())],
  ['javaUnicodeIdentifierStart', () => unicodeSet('ID_Start')],
  ['javaUnicodeIdentifierPart', () => unicodeSet('ID_Continue').union(identifierIgnorable())],
  ['javaIdentifierIgnorable', identifierIgnorable],
  ['javaSpaceChar', () => unicodeSet('Z')],
  ['javaWhitespace', () => without(unicodeSet('Z'), CodePointSet.of(0xa0, 0x2007, 0x202f)).union(ranges([0x09, 0x0d], [0x1c, 0x1f]))],
  ['javaISOControl', () => ranges([0, 0x1f], [0x7f, 0x9f])],
  ['javaMirrored', () => unicodeSet('Bidi_Mirrored')],
]);

/** Blocks, in every form that Java takes, upper-cased; only those that a name of one byte a character can lie in. */
const BLOCKS: ReadonlyMap<string, CodePointSet> = new Map([
  ...['BASIC LATIN', 'BASICLATIN', 'BASIC_LATIN'].map((name) => [name, ranges([0, 0x7f])] as const),
  ...['LATIN-1 SUPPLEMENT', 'LATIN-1SUPPLEMENT', 'LATIN_1_SUPPLEMENT'].map((name) => [name, ranges([0x80, 0xff])] as const),
]);

/** Flags that change what a property means. */
export interface PropertyFlags {
  readonly ignoreCase: boolean;
  /** Whether `(?U)` is on. */
  readonly unicode: boolean;
}

/** What a name between the braces of `\p{}` is: a set, something that Java refuses, or a block whose extent is not known here. */
export type PropertyResult = CodePointSet | 'unknown' | 'unsupported';

/** Looks up `\p{name}`, `\p{IsName}`, `\p{InBlock}`, `\p{javaMethod}`. */
export function namedProperty(name: string, flags: PropertyFlags): PropertyResult {
  if (name.startsWith('In')) return block(name.slice(2));
  if (name.startsWith('Is')) {
    const rest = name.slice(2);
    return binaryProperty(rest, flags) ?? plainProperty(rest, flags) ?? script(rest);
  }
  return (flags.unicode ? posixProperty(name, flags) : null) ?? plainProperty(name, flags) ?? 'unknown';
}

function binaryProperty(name: string, flags: PropertyFlags): CodePointSet | null {
  const key = name.toUpperCase();
  if (flags.ignoreCase && /^(LOWER|UPPER|TITLE)CASE$/.test(key)) return anyCase();
  return BINARY.get(key)?.() ?? posixProperty(name, flags);
}

function posixProperty(name: string, flags: PropertyFlags): CodePointSet | null {
  const key = name.toUpperCase();
  if (SAME_POSIX.has(key)) return BINARY.get(key)?.() ?? null;
  const unicodeName = UNICODE_POSIX.get(key);
  return unicodeName === undefined ? null : binaryProperty(unicodeName, flags);
}

/** Looks up `\p{key=value}`. */
export function keyedProperty(key: string, value: string, flags: PropertyFlags): PropertyResult {
  switch (key.toLowerCase()) {
    case 'sc':
    case 'script':
      return script(value);
    case 'blk':
    case 'block':
      return block(value);
    case 'gc':
    case 'general_category':
      return plainProperty(value, flags) ?? 'unknown';
    default:
      return 'unknown';
  }
}

function plainProperty(name: string, flags: PropertyFlags): CodePointSet | null {
  const { ignoreCase } = flags;
  if (CATEGORIES.has(name)) return ignoreCase && /^(Lu|Ll|Lt)$/.test(name) ? unicodeSet('LC') : unicodeSet(name);
  if (name === 'LD') return unicodeUnion('L', 'Nd');
  if (name === 'L1') return ranges([0, 0xff]);
  if (name === 'all') return CodePointSet.ALL;
  if (ignoreCase && (name === 'Lower' || name === 'Upper')) return POSIX.get('Alpha') ?? null;
  if (ignoreCase && /^java(Lower|Upper|Title)Case$/.test(name)) return anyCase();
  return POSIX.get(name) ?? JAVA.get(name)?.() ?? null;
}

function anyCase(): CodePointSet {
  return unicodeUnion('Lowercase', 'Uppercase', 'Lt');
}

function block(name: string): PropertyResult {
  return BLOCKS.get(name.toUpperCase()) ?? 'unsupported';
}

/** Java takes names of scripts without regard to case; JavaScript wants them as Unicode writes them. */
function script(name: string): PropertyResult {
  const written = name
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('_');
  const exact = new Map([
    ['Phags_Pa', 'Phags_Pa'],
    ['Signwriting', 'SignWriting'],
  ]).get(written);
  // An alias of Coptic that Java doesn't know.
  if (!/^[A-Za-z_]+$/.test(name) || written === 'Qaac') return 'unknown';
  try {
    return unicodeSet(`Script=${exact ?? written}`);
  } catch {
    return 'unknown';
  }
}
