/** What kept the first workers from starting, as it is to be told. */
export class WorkerStartError extends Error {
  constructor(
    /** For standard error. */
    readonly text: string,
    readonly code: number,
  ) {
    super(text.trimEnd());
    this.name = 'WorkerStartError';
  }
}
