import type { JavaNamed } from '../util/errors';

/**
 * Bytes in storage that can't be what they claim to be. Mirrors IllegalDataException; messages are the original's.
 */
export class IllegalDataError extends Error implements JavaNamed {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IllegalDataError';
  }

  get javaClass(): string {
    return 'net.opentsdb.core.IllegalDataException';
  }
}

export { IllegalArgumentError } from '../util/errors';
