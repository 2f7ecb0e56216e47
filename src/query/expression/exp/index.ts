export { expOutputs } from './answer';
export { parseExpRequest } from './bind';
export type { ExpOutputRows, OutputLabels } from './evaluate';
export { planExp, type ExpPlan } from './plan';
export type * from './request';
export { validateExp, type ValidExp } from './validate';
