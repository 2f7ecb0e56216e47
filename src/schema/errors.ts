/**
 * Bytes in storage that can't be what they claim to be. Mirrors IllegalDataException; messages are the original's.
 */
export class IllegalDataError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalDataError';
  }
}

export { IllegalArgumentError } from '../util/errors';
