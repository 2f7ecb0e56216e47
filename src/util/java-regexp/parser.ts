import { atomic } from './atomic';
import { isBounded } from './look-behind';
import { foldCharacter } from './case-folding';
import { characterClass } from './character-class';
import { CodePointSet } from './code-point-set';
import { escapedCharacter, namedCharacter, property } from './escapes';
import { caseRule, isFlag, withFlag } from './flags';
import { LINE_TERMINATORS, predefinedClass, VERTICAL_SPACE } from './predefined';
import { PATTERN_END, Reader } from './reader';
import { unquote } from './quoting';
import { canBeEmpty, captures, choice, EMPTY, sequence, type Anchor, type PatternNode } from './tree';

const MAX_INT = 2 ** 31 - 1;
const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const characters = (set: CodePointSet): PatternNode => ({ kind: 'characters', set });

/** A pattern that was read, and how many groups capture. */
export interface Parsed {
  readonly tree: PatternNode;
  readonly groups: number;
}

/**
 * Reads a pattern as java.util.regex of Java 17 does.
 * @param capturing what groups hold is wanted, so that they stay in the tree; a few forms are refused then
 * @throws PatternSyntaxError where Java refuses the pattern
 * @throws UnsupportedPatternError for a form that Java knows and that is not supported here
 */
export function parse(pattern: string, capturing: boolean): Parsed {
  const reader = new Reader(unquote(pattern), pattern);
  const parser = new Parser(reader, capturing);
  const tree = parser.parse();
  reader.finish();
  return { tree, groups: parser.groups };
}

class Parser {
  private readonly names = new Set<string>();
  private depth = 0;
  /** Groups that capture, so far. */
  groups = 0;

  constructor(
    private readonly reader: Reader,
    private readonly capturing: boolean,
  ) {}

  parse(): PatternNode {
    const node = this.alternatives();
    if (this.reader.pos > this.reader.text.length) this.reader.fail('Unexpected internal error', this.reader.text.length);
    if (this.reader.peek() === 0x29) this.reader.fail("Unmatched closing ')'", this.reader.pos - 1);
    return node;
  }

  private alternatives(): PatternNode {
    const options = [this.items()];
    while (this.reader.accept('|')) options.push(this.items());
    return choice(...options);
  }

  private items(): PatternNode {
    const items: PatternNode[] = [];
    for (;;) {
      const c = this.reader.look();
      if (c === PATTERN_END || c === 0x7c || c === 0x29) return sequence(...items);
      const item = this.item(c);
      if (item) items.push(this.quantified(item));
    }
  }

  /** @returns null for a group that only sets flags, which takes no quantifier */
  private item(c: number): PatternNode | null {
    const { reader } = this;
    const { flags } = reader;
    switch (String.fromCodePoint(c)) {
      case '(':
        return this.group();
      case '*':
      case '+':
      case '?':
        return reader.fail(`Dangling meta character '${String.fromCodePoint(c)}'`);
      case '{':
        // Behind nothing that could be repeated, or behind another quantifier, braces repeat nothing.
        return EMPTY;
    }
    reader.take();
    switch (String.fromCodePoint(c)) {
      case '[':
        return characters(characterClass(reader, 1));
      case '\\':
        return this.escape();
      case '.':
        if (flags.s) return characters(CodePointSet.ALL);
        return characters((flags.d ? CodePointSet.of(0x0a) : LINE_TERMINATORS).complement());
      case '^':
        return anchor(!flags.m ? 'input-start' : flags.d ? 'unix-line-start' : 'line-start');
      case '$':
        if (flags.m) return anchor(flags.d ? 'unix-line-end' : 'line-end');
        return anchor(flags.d ? 'last-unix-line-end' : 'last-line-end');
      default:
        return this.character(c);
    }
  }

  private character(c: number): PatternNode {
    return characters(foldCharacter(c, caseRule(this.reader.flags)));
  }

  private group(): PatternNode | null {
    const { reader } = this;
    reader.checkDepth(++this.depth);
    reader.take();
    const { flags } = reader;
    let result: PatternNode | null;
    if (reader.accept('?')) {
      result = this.specialGroup();
      // Flags without a colon hold on in the group around.
      if (result === null) {
        this.depth--;
        return null;
      }
    } else {
      result = this.captured();
    }
    reader.flags = flags;
    this.depth--;
    return result;
  }

  /** Reads what a group holds, and its end. */
  private body(): PatternNode {
    const node = this.alternatives();
    if (!this.reader.accept(')')) this.reader.fail('Unclosed group');
    return node;
  }

  private captured(): PatternNode {
    const group = ++this.groups;
    const item = this.body();
    return this.capturing ? { kind: 'group', group, item } : item;
  }

  private specialGroup(): PatternNode | null {
    const { reader } = this;
    switch (String.fromCodePoint(Math.max(reader.peek(), 0))) {
      case ':':
        reader.take();
        return this.body();
      case '=':
      case '!':
        return this.lookAround(true);
      case '>': {
        reader.take();
        return this.atomic(this.body(), 'An atomic group (?>...) whose ways to match can differ in length is');
      }
      case '<': {
        reader.take();
        const c = reader.look();
        if (c === 0x3d || c === 0x21) return this.lookAround(false);
        this.name();
        return this.captured();
      }
      case '$':
      case '@':
        return reader.fail('Unknown group type');
      default:
        return this.setFlags() ? this.body() : null;
    }
  }

  private lookAround(ahead: boolean): PatternNode {
    const negated = this.reader.take() === 0x21;
    const item = this.body();
    // What Java leaves in a group of a look-around that failed is its own affair.
    if (captures(item)) this.reader.refuse('A capturing group in a look-around is');
    if (!ahead && !isBounded(item)) this.reader.refuse('A look-behind group without an obvious maximum length is');
    return { kind: 'look', ahead, negated, item };
  }

  private atomic(node: PatternNode, refusal: string): PatternNode {
    const kept = atomic(node);
    if (kept === null) this.reader.refuse(refusal);
    return kept ?? EMPTY;
  }

  /** Reads the name of a group with its `>`. */
  private name(): void {
    const name = this.groupName();
    if (this.names.has(name)) this.reader.fail(`Named capturing group <${name}> is already defined`, this.reader.pos - 1);
    this.names.add(name);
  }

  private groupName(): string {
    const { reader } = this;
    let name = '';
    const next = (): string => String.fromCodePoint(Math.max(reader.look(), 0));
    if (!/[A-Za-z]/.test(next())) reader.fail('capturing group name does not start with a Latin letter');
    while (/[A-Za-z0-9]/.test(next())) name += String.fromCodePoint(reader.take());
    if (!reader.accept('>')) reader.fail("named capturing group is missing trailing '>'");
    return name;
  }

  /** @returns whether a colon follows, so that the flags hold for this group only */
  private setFlags(): boolean {
    const { reader } = this;
    let on = true;
    for (;;) {
      const letter = String.fromCodePoint(Math.max(reader.look(), 0));
      if (isFlag(letter)) {
        reader.flags = withFlag(reader.flags, letter, on);
        if (letter === 'c' && on) reader.refuse('Canonical equivalence (?c) is');
      } else if (letter === '-' && on) {
        on = false;
      } else if (letter === ':' || letter === ')') {
        reader.take();
        return letter === ':';
      } else {
        return reader.fail('Unknown inline modifier');
      }
      reader.take();
    }
  }

  /** Reads the rest of an escape outside of classes. */
  private escape(): PatternNode {
    const { reader } = this;
    const at = reader.pos;
    const letter = reader.take();
    if (letter === PATTERN_END) return EMPTY;
    const name = String.fromCodePoint(letter);
    const anchored = this.anchorEscape(name);
    if (anchored) return anchored;
    switch (name) {
      case 'p':
      case 'P':
        return characters(property(reader, name === 'P') ?? CodePointSet.NONE);
      case 'R':
        return LINE_BREAK;
      case 'X':
        return this.refused('A grapheme cluster (\\X) is');
      case 'N':
        namedCharacter(reader);
        return EMPTY;
      case 'k':
        return this.namedReference();
    }
    if (/[1-9]/.test(name)) return this.refused('A back-reference is');
    const set = predefinedClass(name, reader.flags.U);
    if (set) return characters(set);
    return this.character(escapedCharacter(reader, letter) ?? reader.fail('Illegal/unsupported escape sequence', at));
  }

  private anchorEscape(name: string): PatternNode | null {
    const { reader } = this;
    const { flags } = reader;
    switch (name) {
      case 'A':
      case 'G':
        return anchor('input-start');
      case 'z':
        return anchor('input-end');
      case 'Z':
        return anchor(flags.d ? 'last-unix-line-end' : 'last-line-end');
      case 'b':
        if (reader.look() === 0x7b && reader.text.startsWith('{g}', reader.pos)) {
          reader.pos += 3;
          return this.refused('A boundary of grapheme clusters (\\b{g}) is');
        }
        return anchor(flags.U ? 'unicode-word-boundary' : 'word-boundary');
      case 'B':
        return anchor(flags.U ? 'unicode-word-boundary' : 'word-boundary', true);
      default:
        return null;
    }
  }

  private refused(what: string): PatternNode {
    this.reader.refuse(what);
    return EMPTY;
  }

  private namedReference(): PatternNode {
    const { reader } = this;
    if (!reader.accept('<')) reader.fail("\\k is not followed by '<' for named capturing group");
    const name = this.groupName();
    if (!this.names.has(name)) reader.fail(`named capturing group <${name}> does not exist`, reader.pos - 1);
    return this.refused('A back-reference is');
  }

  /** Reads the quantifier that may follow. */
  private quantified(item: PatternNode): PatternNode {
    const { reader } = this;
    switch (String.fromCodePoint(Math.max(reader.look(), 0))) {
      case '?':
        reader.take();
        return this.repeat(item, 0, 1);
      case '*':
        reader.take();
        return this.repeat(item, 0, Infinity);
      case '+':
        reader.take();
        return this.repeat(item, 1, Infinity);
      case '{':
        return this.counted(item);
      default:
        return item;
    }
  }

  private counted(item: PatternNode): PatternNode {
    const { reader } = this;
    reader.take();
    if (!isDigit(reader.peek())) reader.fail('Illegal repetition');
    const min = this.count();
    let max = min;
    if (reader.accept(',')) max = reader.look() === 0x7d ? Infinity : this.count();
    if (reader.look() !== 0x7d) reader.fail('Unclosed counted closure');
    if (max < min) reader.fail('Illegal repetition range');
    reader.take();
    return this.repeat(item, min, max);
  }

  private count(): number {
    const { reader } = this;
    let value = 0;
    while (isDigit(reader.look())) {
      value = value * 10 + reader.peek() - 0x30;
      if (value > MAX_INT) reader.fail('Illegal repetition range');
      reader.take();
    }
    return value;
  }

  private repeat(item: PatternNode, min: number, max: number): PatternNode {
    const { reader } = this;
    const lazy = reader.accept('?');
    if (!(min === 0 && max === 1) && holdsLineBreak(item)) reader.refuse('A line break (\\R) that is repeated is');
    // Java enters such a loop once more for nothing, and notes that.
    if (max > 1 && captures(item) && canBeEmpty(item)) reader.refuse('A repeated capturing group that can be empty is');
    const node: PatternNode = { kind: 'repeat', item, min, max, greedy: !lazy };
    if (lazy || !reader.accept('+')) return node;
    return this.atomic(node, 'A possessive quantifier of what can match in several lengths is');
  }
}

function anchor(name: Anchor, negated = false): PatternNode {
  return { kind: 'anchor', anchor: name, negated };
}

const LINE_BREAK: PatternNode = choice(
  sequence(characters(CodePointSet.of(0x0d)), characters(CodePointSet.of(0x0a))),
  characters(VERTICAL_SPACE),
);

/** Where it is repeated the original never takes `\r\n` for two line breaks, and elsewhere it does. */
function holdsLineBreak(node: PatternNode): boolean {
  switch (node.kind) {
    case 'sequence':
      return node.items.some(holdsLineBreak);
    case 'choice':
      return node === LINE_BREAK || node.options.some(holdsLineBreak);
    case 'repeat':
    case 'group':
      return holdsLineBreak(node.item);
    default:
      return false;
  }
}
