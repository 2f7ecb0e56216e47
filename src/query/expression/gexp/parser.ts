import { ClientError } from '../../../util/errors';
import { checkDepth, checkLength, type ExpressionLimits } from '../limits';
import { findFunction } from './functions';
import { GexpLexer, IllegalCharacter, type GexpToken } from './lexer';
import type { CallNode, MetricNode } from './tree';

/** The text breaks the grammar. */
class GrammarError extends Error {}

/**
 * Parses a function call of `/api/query/gexp`:
 *
 *     call      = name "(" parameter ("," parameter)* ")"
 *     parameter = call | metric | name
 *     metric    = name ":" [name ":"] [name ":"] name ["{" name "=" name ("," name "=" name)* "}"]
 *
 * What follows the outermost call is ignored. Mirrors Expressions.parse and SyntaxChecker.
 * @throws ClientError 500 with the original's texts; 400 for what it gives no answer to, and beyond a limit
 */
export function parseGexp(text: string, limits: ExpressionLimits): CallNode {
  checkLength(text, limits);
  try {
    return new GexpParser(text, limits).call(1);
  } catch (e) {
    if (e instanceof GrammarError) throw new ClientError(500, `Failed to parse ${text}`, null, { cause: e });
    if (e instanceof IllegalCharacter) throw new ClientError(400, `Failed to parse ${text}`, e.message, { cause: e });
    throw e;
  }
}

class GexpParser {
  private readonly lexer: GexpLexer;

  constructor(
    text: string,
    private readonly limits: ExpressionLimits,
  ) {
    this.lexer = new GexpLexer(text);
  }

  call(depth: number): CallNode {
    return this.callOf(this.word(), depth);
  }

  /** What follows the name of a function, which is looked up first: that it is unknown is said before the rest is read. */
  private callOf(text: string, depth: number): CallNode {
    const found = findFunction(text);
    if (found === undefined) throw new ClientError(500, `Function ${text} has not been implemented`);
    checkDepth(depth, this.limits);
    this.expect('(');
    const inputs: (MetricNode | CallNode)[] = [];
    const parameters: string[] = [];
    let firstWord: number | null = null;
    let wordAfter: number | null = null;
    for (;;) {
      const parameter = this.parameter(depth);
      if (typeof parameter === 'string') {
        firstWord ??= inputs.length;
        parameters.push(parameter);
      } else {
        wordAfter = firstWord;
        inputs.push(parameter);
      }
      const { kind } = this.lexer.next();
      if (kind === ')') return { kind: 'call', function: text, name: found.name, inputs, parameters, wordAfter };
      if (kind !== ',') throw new GrammarError();
    }
  }

  private parameter(depth: number): MetricNode | CallNode | string {
    const word = this.word();
    const { kind } = this.lexer.peek();
    if (kind === '(') return this.callOf(word, depth + 1);
    return kind === ':' ? this.metric(word) : word;
  }

  private metric(aggregator: string): MetricNode {
    const parts = [aggregator];
    while (this.lexer.peek().kind === ':') {
      if (parts.length === 4) throw new GrammarError();
      this.lexer.next();
      parts.push(this.word());
    }
    const metric = parts[parts.length - 1];
    return { kind: 'metric', text: parts.join(':') + this.filters(), metric };
  }

  private filters(): string {
    if (this.lexer.peek().kind !== '{') return '';
    this.lexer.next();
    const pairs: string[] = [];
    for (;;) {
      const tagk = this.word();
      this.expect('=');
      pairs.push(`${tagk}=${this.word()}`);
      const { kind } = this.lexer.next();
      if (kind === '}') return `{${pairs.join(',')}}`;
      if (kind !== ',') throw new GrammarError();
    }
  }

  private word(): string {
    const token = this.lexer.next();
    if (token.kind !== 'word') throw new GrammarError();
    return token.text;
  }

  private expect(kind: GexpToken['kind']): void {
    if (this.lexer.next().kind !== kind) throw new GrammarError();
  }
}
