import type { ToolIo } from './common';
import { run as runUid } from './uid';

/** `tsdb mkmetric NAME…`: `uid assign metrics NAME…`, as the original's wrapper script rewrites it. */
export function run(argv: readonly string[], io: ToolIo): Promise<number> {
  return runUid(['assign', 'metrics', ...argv], io);
}
