import { ConfigValueError } from '../config';
import { causeLines } from './error-text';

/** Why a daemon did not start, for standard error: one line for a value of the configuration, else as Java prints an exception and its causes. */
export function startFailureText(error: unknown): string {
  if (error instanceof ConfigValueError) return `${error.message}\n`;
  return `Exception in thread "main" java.lang.RuntimeException: Initialization failed\n${causeLines(error)}`;
}
