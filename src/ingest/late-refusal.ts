/**
 * A point that is refused where the original is already on its way to storage: a client of telnet hears of it in the words for storage's own
 * refusals. `cause` says what is wrong.
 */
export class LateRefusal extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message, { cause });
    this.name = 'LateRefusal';
  }
}
