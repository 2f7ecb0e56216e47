import type { ExpressionLimits } from '../../config/settings';
import { ClientError } from '../../util/errors';

export type { ExpressionLimits };

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
