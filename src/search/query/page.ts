/** Counts everything that is found, and keeps what is wanted of it. */
export class Page<T> {
  /** How many were found. */
  total = 0;
  readonly items: T[] = [];

  constructor(private readonly request: { readonly startIndex: number; readonly limit: number }) {}

  /** Whether the next one that is found is kept. */
  get takesNext(): boolean {
    const { startIndex, limit } = this.request;
    return this.total >= startIndex && this.total < startIndex + limit;
  }

  add(item: T): void {
    if (this.takesNext) this.items.push(item);
    this.total++;
  }

  /** One that `takesNext` does not want. */
  skip(): void {
    this.total++;
  }
}
