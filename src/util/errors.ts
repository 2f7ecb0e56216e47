/** A value that a caller handed in is not acceptable; the message is meant for the client. Java's IllegalArgumentException. */
export class IllegalArgumentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalArgumentError';
  }
}

/** The data or the moment does not allow what was asked. Java's IllegalStateException. */
export class IllegalStateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalStateError';
  }
}

/** A text is not a number. The original's callers wrap the message in their own words. Java's NumberFormatException. */
export class NumberFormatError extends IllegalArgumentError {
  constructor(message: string) {
    super(message);
    this.name = 'NumberFormatError';
  }
}
