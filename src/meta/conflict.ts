/** How often a record is read and written again when somebody else wrote it in between. */
export const MAX_TRIES = 16;

/** Other writers were faster on one record again and again: this one wrote nothing. */
export class MetaConflictError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MetaConflictError';
  }
}
