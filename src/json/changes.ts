/**
 * Fields of a record that a client set to something else than they were: what the original keeps in its maps of changed fields, to tell an
 * edit that changes nothing and to leave alone what was not sent. A field set back later in the same body still counts as changed.
 */
export class Changes<T extends object> {
  private readonly changed = new Set<keyof T>();

  /** @param values the defaults to begin with; setters change them */
  constructor(readonly values: T) {}

  set<K extends keyof T>(field: K, value: T[K]): void {
    if (this.values[field] !== value) this.changed.add(field);
    this.values[field] = value;
  }

  has(field: keyof T): boolean {
    return this.changed.has(field);
  }

  /** Whether any field, or any of these, was changed. */
  any(...fields: readonly (keyof T)[]): boolean {
    return fields.length === 0 ? this.changed.size > 0 : fields.some((field) => this.changed.has(field));
  }
}
