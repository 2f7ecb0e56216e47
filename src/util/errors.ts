/** What an error is called in the original: logs and tools print that name, and operators search for it. */
export interface JavaNamed {
  readonly javaClass: string;
}

/** The original's name of an error, or its own name if the original has no such error. */
export function javaClassOf(error: Error): string {
  return 'javaClass' in error && typeof error.javaClass === 'string' ? error.javaClass : error.name;
}

/**
 * A request that is answered with this status and text, whatever protocol it came by. Thrown where the mistake is found; only the
 * protocol's own layer decides what the answer looks like. Mirrors BadRequestException and QueryException.
 */
export class ClientError extends Error implements JavaNamed {
  /**
   * @param status as in HTTP, errors of the server included
   * @param details a second, longer text; null when there is nothing to add
   */
  constructor(
    readonly status: number,
    message: string,
    readonly details: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ClientError';
  }

  get javaClass(): string {
    return 'net.opentsdb.tsd.BadRequestException';
  }
}

/** A value that a caller handed in is not acceptable; the message is meant for the client. Java's IllegalArgumentException. */
export class IllegalArgumentError extends Error implements JavaNamed {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalArgumentError';
  }

  get javaClass(): string {
    return 'java.lang.IllegalArgumentException';
  }
}

/** The data or the moment does not allow what was asked. Java's IllegalStateException. */
export class IllegalStateError extends Error implements JavaNamed {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalStateError';
  }

  get javaClass(): string {
    return 'java.lang.IllegalStateException';
  }
}

/** A text is not a number. The original's callers wrap the message in their own words. Java's NumberFormatException. */
export class NumberFormatError extends IllegalArgumentError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NumberFormatError';
  }

  /** In the words of the JDK. @param text null: there was none */
  static forInput(text: string | null): NumberFormatError {
    return new NumberFormatError(text === null ? 'null' : `For input string: "${text}"`);
  }

  override get javaClass(): string {
    return 'java.lang.NumberFormatException';
  }
}

/** There is nothing by that name. Java's NoSuchElementException. */
export class NoSuchElementError extends Error implements JavaNamed {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoSuchElementError';
  }

  get javaClass(): string {
    return 'java.util.NoSuchElementException';
  }
}
