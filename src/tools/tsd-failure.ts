import { ConfigValueError } from '../config';
import { javaClassOf } from '../util/errors';

/** Why a daemon did not start, for standard error: one line for a value of the configuration, else as Java prints an exception and its causes. */
export function startFailureText(error: unknown): string {
  if (error instanceof ConfigValueError) return `${error.message}\n`;
  let text = 'Exception in thread "main" java.lang.RuntimeException: Initialization failed\n';
  for (let cause = error; cause instanceof Error; cause = cause.cause) text += `Caused by: ${javaClassOf(cause)}: ${cause.message}\n`;
  return text;
}
