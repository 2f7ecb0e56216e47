import { IllegalArgumentError } from '../../util/errors';
import { Glob, MANY, ONE, type GlobPart } from './glob';
import type { Matcher } from './matcher';
import type { BooleanNode, SearchNode } from './nodes';
import { wordsOf } from './words';

/** Characters of a query, of one term of it, its terms, and parentheses in each other. */
const MAX_LENGTH = 4096;
const MAX_TERM = 256;
const MAX_TERMS = 128;
const MAX_DEPTH = 32;

/** A query that can't be understood, or is too large. */
export class SearchSyntaxError extends IllegalArgumentError {}

type Modifier = 'must' | 'mustNot' | 'should';

const SPACE = /\s/;
/** What ends a term that is not quoted. */
const TERM_END = /[\s()[\]{}"^~:]/;

/**
 * The query language of Lucene, as the users of OpenTSDB's plugins for Elasticsearch and Solr send it: terms, `field:term`, `*` and `?`, quoted phrases,
 * `[a TO b]`, `AND`, `OR`, `NOT`, `+`, `-`, parentheses. Terms without an operator between them are alternatives. Nothing is ranked, so boosts mean nothing.
 * @throws SearchSyntaxError
 */
export function parseSearch(text: string): SearchNode {
  if (text.length > MAX_LENGTH) throw new SearchSyntaxError(`A query has at most ${MAX_LENGTH} characters, this one has ${text.length}`);
  return new Parser(text).parse();
}

class Parser {
  private at = 0;
  private terms = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  parse(): SearchNode {
    this.skipSpace();
    if (this.at === this.text.length) return { kind: 'everything' };
    const node = this.clauses(null);
    if (this.at < this.text.length) throw this.unexpected();
    return node;
  }

  /** Clauses up to a closing parenthesis or the end. */
  private clauses(field: string | null): SearchNode {
    if (++this.depth > MAX_DEPTH) throw new SearchSyntaxError(`Parentheses are nested deeper than ${MAX_DEPTH}`);
    const clauses: { modifier: Modifier; node: SearchNode }[] = [];
    for (this.skipSpace(); this.at < this.text.length && this.peek() !== ')'; this.skipSpace()) {
      const joined = this.conjunction();
      if (joined !== null && clauses.length === 0) throw new SearchSyntaxError(`Nothing stands before ${joined}`);
      const modifier = this.modifier();
      const node = this.primary(field);
      const last = clauses.at(-1);
      if (joined === 'AND' && last?.modifier === 'should') last.modifier = 'must';
      clauses.push({ modifier: modifier === 'should' && joined === 'AND' ? 'must' : modifier, node });
    }
    if (clauses.length === 0) throw this.unexpected();
    this.depth--;
    const of = (wanted: Modifier): SearchNode[] => clauses.filter(({ modifier }) => modifier === wanted).map(({ node }) => node);
    return simplified({ kind: 'boolean', must: of('must'), should: of('should'), mustNot: of('mustNot') });
  }

  private conjunction(): 'AND' | 'OR' | null {
    if (this.skipWord('AND') || this.skip('&&')) return 'AND';
    if (this.skipWord('OR') || this.skip('||')) return 'OR';
    return null;
  }

  private modifier(): Modifier {
    this.skipSpace();
    if (this.skipWord('NOT') || this.skip('!') || this.skip('-')) return 'mustNot';
    return this.skip('+') ? 'must' : 'should';
  }

  private primary(field: string | null): SearchNode {
    this.skipSpace();
    const start = this.at;
    if (this.conjunction() !== null) {
      this.at = start;
      throw this.unexpected();
    }
    if (this.skip('(')) return this.group(field);
    const quoted = this.peek() === '"';
    const parts = quoted ? [this.quoted()] : this.term();
    if (!quoted && this.skip(':')) return this.ofField(nameOf(parts));
    return this.leaf(field, matcherOf(parts));
  }

  private ofField(name: string | null): SearchNode {
    this.skipSpace();
    if (this.skip('(')) return this.group(name);
    if (this.peek() === '[' || this.peek() === '{') return this.leaf(name, this.range());
    const comparison = /^[<>]=?/.exec(this.text.slice(this.at, this.at + 2))?.[0];
    if (comparison !== undefined) return this.leaf(name, this.comparison(comparison));
    const parts = this.peek() === '"' ? [this.quoted()] : this.term(true);
    const matcher = matcherOf(parts);
    if (name === '_exists_') return this.leaf(nameOf(parts), { kind: 'any' });
    return name === null && matcher.kind === 'any' ? this.everything() : this.leaf(name, matcher);
  }

  private group(field: string | null): SearchNode {
    const node = this.clauses(field);
    if (!this.skip(')')) throw new SearchSyntaxError('A parenthesis is not closed');
    this.suffix();
    return node;
  }

  private leaf(field: string | null, matcher: Matcher): SearchNode {
    this.suffix();
    if (++this.terms > MAX_TERMS) throw new SearchSyntaxError(`A query has at most ${MAX_TERMS} terms`);
    return field === null && matcher.kind === 'any' ? { kind: 'everything' } : { kind: 'leaf', field, matcher };
  }

  private everything(): SearchNode {
    this.suffix();
    return { kind: 'everything' };
  }

  private range(): Matcher {
    const withLow = this.peek() === '[';
    this.at++;
    const low = this.bound();
    if (!this.skipWord('TO')) throw new SearchSyntaxError('A range is written [LOW TO HIGH]');
    const high = this.bound();
    this.skipSpace();
    const end = this.peek();
    if (end !== ']' && end !== '}') throw new SearchSyntaxError('A range is not closed');
    this.at++;
    return { kind: 'range', low, high, withLow, withHigh: end === ']' };
  }

  private comparison(sign: string): Matcher {
    this.at += sign.length;
    const bound = this.bound();
    const inclusive = sign.length === 2;
    return sign.startsWith('>')
      ? { kind: 'range', low: bound, high: null, withLow: inclusive, withHigh: false }
      : { kind: 'range', low: null, high: bound, withLow: false, withHigh: inclusive };
  }

  /** @returns null for `*`: there is none */
  private bound(): string | null {
    this.skipSpace();
    const parts = this.peek() === '"' ? [this.quoted()] : this.term();
    if (parts.length === 1 && parts[0] === MANY) return null;
    return literalOf(parts).toLowerCase();
  }

  private quoted(): string {
    let text = '';
    for (this.at++; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character === '"') {
        this.at++;
        return limited(text);
      }
      text += character === '\\' ? this.escaped() : character;
    }
    throw new SearchSyntaxError('A quotation mark is not closed');
  }

  /** @param withColons of a value: a colon in it is a character as others, since its field is named already */
  private term(withColons = false): GlobPart[] {
    const parts: GlobPart[] = [];
    let literal = '';
    const start = this.at;
    const flush = (): void => {
      if (literal !== '') parts.push(literal);
      literal = '';
    };
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (TERM_END.test(character) && !(withColons && character === ':')) break;
      if (character !== '*' && character !== '?') {
        literal += character === '\\' ? this.escaped() : character;
        continue;
      }
      flush();
      const part = character === '*' ? MANY : ONE;
      if (part === ONE || parts.at(-1) !== MANY) parts.push(part);
    }
    flush();
    if (this.at === start) throw this.unexpected();
    limited(this.text.slice(start, this.at));
    return parts;
  }

  /** The character behind a backslash. */
  private escaped(): string {
    if (++this.at >= this.text.length) throw new SearchSyntaxError('Nothing stands behind the last backslash');
    return this.text[this.at];
  }

  /** What may stand behind a term. */
  private suffix(): void {
    if (this.peek() === '~') throw new SearchSyntaxError('Terms that are only similar (~) can not be searched for');
    const boost = /^\^\d+(\.\d+)?/.exec(this.text.slice(this.at, this.at + 16))?.[0];
    if (boost !== undefined) this.at += boost.length;
    else if (this.peek() === '^') throw this.unexpected();
  }

  private peek(): string | undefined {
    return this.text[this.at];
  }

  private skip(what: string): boolean {
    if (!this.text.startsWith(what, this.at)) return false;
    this.at += what.length;
    return true;
  }

  /** An operator is a word of its own. */
  private skipWord(word: string): boolean {
    this.skipSpace();
    const behind = this.text[this.at + word.length];
    return (behind === undefined || SPACE.test(behind) || behind === '(') && this.skip(word);
  }

  private skipSpace(): void {
    while (this.at < this.text.length && SPACE.test(this.text[this.at])) this.at++;
  }

  private unexpected(): SearchSyntaxError {
    const found = this.peek();
    const what = found === undefined ? 'The query ends where a term is expected' : `A term is expected in place of '${found}'`;
    return new SearchSyntaxError(`${what}, at character ${this.at + 1}`);
  }
}

function limited(text: string): string {
  if (text.length > MAX_TERM) throw new SearchSyntaxError(`A term has at most ${MAX_TERM} characters`);
  return text;
}

/** The name of a field; null for `*`, which stands for all. */
function nameOf(parts: readonly GlobPart[]): string | null {
  if (parts.length === 1 && parts[0] === MANY) return null;
  return literalOf(parts);
}

function literalOf(parts: readonly GlobPart[]): string {
  if (parts.length !== 1 || typeof parts[0] !== 'string')
    throw new SearchSyntaxError('Wildcards can not stand in names of fields and in bounds');
  return parts[0];
}

function matcherOf(parts: readonly GlobPart[]): Matcher {
  if (parts.every((part) => typeof part === 'string')) {
    const text = parts.join('');
    return { kind: 'words', text: text.toLowerCase(), words: wordsOf(text) };
  }
  const glob = new Glob(parts);
  return glob.isAny ? { kind: 'any' } : { kind: 'glob', glob };
}

/** A lone clause is itself. */
function simplified(node: BooleanNode): SearchNode {
  const { must, should, mustNot } = node;
  if (mustNot.length > 0 || must.length + should.length !== 1) return node;
  return must[0] ?? should[0];
}
