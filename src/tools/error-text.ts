import { javaClassOf } from '../util/errors';

/** `CLASS: MESSAGE`, as Java prints an exception. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${javaClassOf(error)}: ${error.message}` : String(error);
}

/**
 * `Caused by:` lines for an error and those behind it, as Java prints them. A cause that is no class of the original has none when the line
 * before says the same already.
 * @param told the line before
 */
export function causeLines(error: unknown, told = ''): string {
  let text = '';
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!javaClassOf(cause).includes('.') && told.includes(cause.message)) continue;
    told = describeError(cause);
    text += `Caused by: ${told}\n`;
  }
  return text;
}
