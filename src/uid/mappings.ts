/** Both directions of one kind's mappings. Neither says anything of the other. */
export interface Mappings {
  /** Entries of both directions together. */
  readonly size: number;
  /** Whether one more is found faster here than by its bytes among the names that the write path has learnt. */
  readonly isQuick: { readonly ids: boolean; readonly names: boolean };
  idOf(name: string): Buffer | undefined;
  nameOf(id: Buffer): string | undefined;
  /** @param name that `idOf` does not know @param id of the kind's width; others are not kept */
  addId(name: string, id: Buffer): void;
  /** @param id that `nameOf` does not know, of the kind's width; others are not kept */
  addName(id: Buffer, name: string): void;
  removeId(name: string): void;
  removeName(id: Buffer): void;
  clear(): void;
}
