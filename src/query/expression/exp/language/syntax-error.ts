import { ClientError } from '../../../../util/errors';

const SHORT = 10;
const AROUND = 5;

/** What stands around a column, or all of a short text, as the original's library for expressions (JEXL 2.1) quotes it. */
function quote(what: string, column: number, text: string): string {
  if (text.length < SHORT) return `${what} error in '${text}'`;
  const begin = Math.max(0, column - AROUND);
  const end = begin > 0 || column === AROUND ? column + AROUND : column + 2 * AROUND;
  return `${what} error near '... ${text.slice(begin, end)} ...'`;
}

/** Where in a text that is parsed without the blanks around it, as the original counts. */
export interface Position {
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** The text breaks the grammar, or holds what is no token. */
export function syntaxError(what: 'parsing' | 'tokenization', text: string, { line, column }: Position): ClientError {
  return new ClientError(500, `net.opentsdb.query.pojo.Expression.validate@${line}:${column} ${quote(what, column, text)}`);
}

/** Two expressions follow each other with nothing between them. @param image the last token of the second one */
export function ambiguousStatement(image: string, { line, column }: Position): ClientError {
  return new ClientError(
    500,
    `${image}@${line}:${column} ${quote('parsing', column, "Ambiguous statement, missing ';' between expressions")}`,
  );
}

/** What the original's library can do, and nobody should be able to do from outside. */
export function notSupported(what: string, text: string): ClientError {
  return new ClientError(
    400,
    `${what} not supported in expressions: ${text}`,
    'Only arithmetic, comparisons, logic and conditions (?:) are.',
  );
}
