import { checkDepth, checkLength, type ExpressionLimits } from '../../limits';
import { parseNumber } from './constants';
import type { BinaryOperator, ExpressionNode, UnaryOperator } from './nodes';
import { ambiguousStatement, notSupported, syntaxError } from './syntax-error';
import { Tokens, type Token } from './tokens';

/** An expression as it stands in a request. */
export interface ParsedExpression {
  readonly source: string;
  /** What its value is; null when the text holds no expression at all. */
  readonly node: ExpressionNode | null;
  /** Names in the order in which they first occur. */
  readonly variables: readonly string[];
  /** What it uses of the original's language that isn't supported, as an error; null when nothing. */
  readonly refused: Error | null;
}

const WORDS: ReadonlyMap<string, BinaryOperator> = new Map([
  ['or', '||'],
  ['and', '&&'],
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['div', '/'],
  ['mod', '%'],
]);

/** What begins a statement or a function in the original's language. */
const STATEMENTS = new Set(['if', 'else', 'for', 'foreach', 'while', 'new', 'var', 'return', 'empty', 'size']);

/** Levels of operators, those that bind least first; the first three and the bitwise ones chain, comparisons do not. */
const LEVELS: readonly { readonly operators: readonly string[]; readonly chains: boolean }[] = [
  { operators: ['||', 'or'], chains: true },
  { operators: ['&&', 'and'], chains: true },
  { operators: ['|'], chains: true },
  { operators: ['^'], chains: true },
  { operators: ['&'], chains: true },
  { operators: ['==', '!=', 'eq', 'ne', '=~', '!~'], chains: false },
  { operators: ['<', '<=', '>', '>=', 'lt', 'le', 'gt', 'ge'], chains: false },
  { operators: ['+', '-'], chains: true },
  { operators: ['*', '/', '%', 'div', 'mod'], chains: true },
];

const isOperatorWord = (image: string): boolean => WORDS.has(image) || image === 'not';

/**
 * Parses an expression of `/api/query/exp`: the arithmetic of JEXL 2.1, of whose other abilities (calls, texts, assignments and so on)
 * those that are named in `refused` are recognised and others are errors right away.
 * @throws ClientError 500 with the original's text for what breaks the grammar; 400 for what is refused, and beyond a limit
 */
export function parseExpression(source: string, limits: ExpressionLimits): ParsedExpression {
  checkLength(source, limits);
  return new ExpressionParser(source, limits).parse();
}

class ExpressionParser {
  private readonly tokens: Tokens;
  private readonly variables = new Set<string>();
  private readonly depths = new Map<ExpressionNode, number>();
  private refused: Error | null = null;
  private level = 0;

  constructor(
    private readonly source: string,
    private readonly limits: ExpressionLimits,
  ) {
    this.tokens = new Tokens(source);
  }

  /** Expressions with `;` after each, of which the last counts. */
  parse(): ParsedExpression {
    let node: ExpressionNode | null = null;
    while (this.tokens.peek().kind !== 'end') {
      if (this.tokens.accept(';')) continue;
      node = this.expression();
      if (this.tokens.peek().kind === 'end' || this.tokens.accept(';')) continue;
      if (!this.beginsExpression(this.tokens.peek())) throw this.unexpected();
      this.expression();
      const { image, position } = this.tokens.last;
      throw ambiguousStatement(image, position);
    }
    return { source: this.source, node, variables: [...this.variables], refused: this.refused };
  }

  private unexpected(token: Token = this.tokens.peek()): Error {
    return syntaxError('parsing', this.source, token.position);
  }

  /** Remembers what is not supported, and goes on: mistakes of other kinds are told of first. */
  private refuse(what: string): void {
    this.refused ??= notSupported(what, this.source);
  }

  private make(node: ExpressionNode, ...children: readonly ExpressionNode[]): ExpressionNode {
    const depth = 1 + Math.max(0, ...children.map((child) => this.depths.get(child) ?? 0));
    checkDepth(depth, this.limits);
    this.depths.set(node, depth);
    return node;
  }

  private nested(parse: () => ExpressionNode): ExpressionNode {
    checkDepth(++this.level, this.limits);
    const node = parse();
    this.level--;
    return node;
  }

  /** A condition, or an assignment, which is refused. */
  private expression(): ExpressionNode {
    return this.nested(() => {
      const node = this.condition();
      if (!this.tokens.accept('=')) return node;
      this.refuse('Assignments are');
      return this.expression();
    });
  }

  private condition(): ExpressionNode {
    const test = this.operation(0);
    if (this.tokens.accept('?:')) {
      const right = this.expression();
      return this.make({ kind: 'binary', operator: '?:', left: test, right }, test, right);
    }
    if (!this.tokens.accept('?')) return test;
    const then = this.expression();
    if (!this.tokens.accept(':')) throw this.unexpected();
    const otherwise = this.expression();
    return this.make({ kind: 'condition', test, then, otherwise }, test, then, otherwise);
  }

  private operation(level: number): ExpressionNode {
    if (level === LEVELS.length) return this.unary();
    const { operators, chains } = LEVELS[level];
    let left = this.operation(level + 1);
    for (;;) {
      const token = this.tokens.accept(...operators);
      if (token === null) return left;
      const right = this.operation(level + 1);
      if (token.image === '=~' || token.image === '!~') this.refuse('Regular expressions are');
      const operator = WORDS.get(token.image) ?? (token.image as BinaryOperator);
      left = this.make({ kind: 'binary', operator, left, right }, left, right);
      if (!chains) return left;
    }
  }

  private unary(): ExpressionNode {
    const token = this.tokens.accept('-', '!', '~', 'not');
    if (token === null) return this.primary();
    const operand = this.nested(() => this.unary());
    const operator = token.image === 'not' ? '!' : (token.image as UnaryOperator);
    return this.make({ kind: 'unary', operator, operand }, operand);
  }

  private primary(): ExpressionNode {
    const token = this.tokens.peek();
    if (token.kind === 'number') {
      this.tokens.next();
      return this.make({ kind: 'constant', value: parseNumber(token.image) });
    }
    if (token.kind === 'text') {
      this.tokens.next();
      this.refuse('Texts are');
      return this.make({ kind: 'constant', value: null });
    }
    if (token.image === '(') return this.access(this.parenthesis());
    if (token.kind === 'name' && !isOperatorWord(token.image)) return this.access(this.name());
    if (token.image === '[' || token.image === '{') throw notSupported('Lists, maps and blocks are', this.source);
    throw this.unexpected();
  }

  private parenthesis(): ExpressionNode {
    const open = this.tokens.next();
    // The original looks ahead here, and stops at the parenthesis itself when nothing can follow it.
    if (!this.beginsExpression(this.tokens.peek())) throw this.unexpected(open);
    const node = this.expression();
    if (!this.tokens.accept(')')) throw this.unexpected();
    return node;
  }

  private name(): ExpressionNode {
    const { image } = this.tokens.next();
    if (STATEMENTS.has(image)) throw notSupported(`"${image}" is`, this.source);
    if (image === 'null') return this.make({ kind: 'constant', value: null });
    if (image === 'true' || image === 'false') return this.make({ kind: 'constant', value: image === 'true' });
    if (this.tokens.peek().image === '(') {
      this.refuse('Function calls are');
      this.call();
      return this.make({ kind: 'constant', value: null });
    }
    this.variables.add(image);
    return this.make({ kind: 'variable', name: image });
  }

  /** What hangs on a value: members, elements and calls, all of them refused. */
  private access(node: ExpressionNode): ExpressionNode {
    for (;;) {
      if (this.tokens.accept('.')) {
        if (this.tokens.peek().kind !== 'name') throw this.unexpected();
        this.refuse('Members of values are');
        const { image } = this.tokens.next();
        if (this.tokens.peek().image === '(') this.call();
        else this.variables.add(image);
      } else if (this.tokens.accept('[')) {
        this.refuse('Elements of values are');
        this.expression();
        if (!this.tokens.accept(']')) throw this.unexpected();
      } else {
        return node;
      }
    }
  }

  private call(): void {
    this.tokens.next();
    if (this.tokens.accept(')')) return;
    do this.expression();
    while (this.tokens.accept(','));
    if (!this.tokens.accept(')')) throw this.unexpected();
  }

  private beginsExpression({ kind, image }: Token): boolean {
    if (kind === 'number' || kind === 'text') return true;
    if (kind === 'name') return image === 'not' || !isOperatorWord(image);
    return kind === 'sign' && ['(', '-', '!', '~', '[', '{'].includes(image);
  }
}
