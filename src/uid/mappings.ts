/** Both directions of one kind's mappings. Neither says anything of the other. */
export interface Mappings {
  /** Entries of both directions together. */
  readonly size: number;
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
