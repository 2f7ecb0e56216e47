export { compileExpression, type Evaluate } from './compile';
export type { ExpressionNode } from './nodes';
export { parseExpression, type ParsedExpression } from './parser';
