export { compile, type Evaluate } from './compile';
export type { Node } from './nodes';
export { parseExpression, type ParsedExpression } from './parser';
