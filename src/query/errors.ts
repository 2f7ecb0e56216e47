/**
 * A query that can't be answered, with the status and the text that its client is to see.
 * Mirrors what BadRequestException and QueryException carry; the HTTP layer turns it into its own error form.
 */
export class QueryError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'QueryError';
  }
}
