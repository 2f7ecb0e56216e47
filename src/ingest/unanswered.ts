/** A line that the original has no answer to: it is counted and logged, and that is all. */
export class UnansweredError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnansweredError';
  }
}
