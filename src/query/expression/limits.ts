import { ClientError } from '../../util/errors';

/** What one request may ask for in expressions. */
export interface ExpressionLimits {
  /** Characters of one expression. */
  readonly length: number;
  /** Calls, or parentheses and operators, inside each other. */
  readonly depth: number;
  /** Expressions of one request. */
  readonly count: number;
}

/** @throws ClientError 400 */
export function checkLength(expression: string, { length }: ExpressionLimits): void {
  if (expression.length <= length) return;
  throw new ClientError(
    400,
    `An expression of ${expression.length} characters is too long: at most ${length} are allowed (tsd.query.expression.max_length)`,
  );
}

/** @throws ClientError 400 */
export function checkDepth(depth: number, limits: ExpressionLimits): void {
  if (depth <= limits.depth) return;
  throw new ClientError(400, `An expression is nested deeper than ${limits.depth} levels (tsd.query.expression.max_depth)`);
}

/** @throws ClientError 400 */
export function checkCount(count: number, limits: ExpressionLimits): void {
  if (count <= limits.count) return;
  throw new ClientError(
    400,
    `${count} expressions in one request are too many: at most ${limits.count} are allowed (tsd.query.expression.max_count)`,
  );
}
