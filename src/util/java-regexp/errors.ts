/** A pattern that java.util.regex refuses, in its words. Java's PatternSyntaxException. */
export class PatternSyntaxError extends Error {
  /** @param index where the mistake is, in characters; negative when Java does not tell */
  constructor(description: string, pattern: string, index: number) {
    const place = index >= 0 ? ` near index ${index}` : '';
    const caret = index >= 0 && index < pattern.length ? `\n${' '.repeat(index)}^` : '';
    super(`${description}${place}\n${pattern}${caret}`);
    this.name = 'PatternSyntaxError';
  }
}

/** A pattern that Java takes and that is refused here: a form that has no linear-time equivalent, or too large a pattern. */
export class UnsupportedPatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnsupportedPatternError';
  }
}
