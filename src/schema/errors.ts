/**
 * Bytes in storage that can't be what they claim to be. Mirrors IllegalDataException; messages are the original's.
 */
export class IllegalDataError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalDataError';
  }
}

/** An argument no caller should have passed. Mirrors IllegalArgumentException; messages are the original's. */
export class IllegalArgumentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalArgumentError';
  }
}
