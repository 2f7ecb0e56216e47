import type { Mappings } from './mappings';
import { PackedMappings } from './packed-mappings';

/** Entries of a direction that are kept as strings and Buffers, which are found three times as fast: at most sites, all. */
const MOST_LOOSE = 32_768;
/** UIDs of up to six bytes are kept under their number, which a Map finds without hashing text. */
const NUMBER_BYTES = 6;

/** Mappings of any number of names: the first in Maps, all beyond them packed. */
export class UnboundedMappings implements Mappings {
  private readonly ids = new Map<string, Buffer>();
  private readonly names = new Map<number | string, string>();
  private readonly packed: PackedMappings;

  constructor(private readonly width: number) {
    this.packed = new PackedMappings(width);
  }

  get size(): number {
    return this.ids.size + this.names.size + this.packed.size;
  }

  get isQuick(): { ids: boolean; names: boolean } {
    return { ids: this.ids.size < MOST_LOOSE, names: this.names.size < MOST_LOOSE };
  }

  idOf(name: string): Buffer | undefined {
    return this.ids.get(name) ?? this.packed.idOf(name);
  }

  nameOf(id: Buffer): string | undefined {
    return this.names.get(this.keyOf(id)) ?? this.packed.nameOf(id);
  }

  addId(name: string, id: Buffer): void {
    if (this.ids.size >= MOST_LOOSE) this.packed.addId(name, id);
    else if (id.length === this.width) this.ids.set(name, Buffer.from(id));
  }

  addName(id: Buffer, name: string): void {
    if (this.names.size >= MOST_LOOSE) this.packed.addName(id, name);
    else if (id.length === this.width) this.names.set(this.keyOf(id), name);
  }

  removeId(name: string): void {
    if (!this.ids.delete(name)) this.packed.removeId(name);
  }

  removeName(id: Buffer): void {
    if (!this.names.delete(this.keyOf(id))) this.packed.removeName(id);
  }

  clear(): void {
    this.ids.clear();
    this.names.clear();
    this.packed.clear();
  }

  private keyOf(id: Buffer): number | string {
    return id.length === this.width && this.width <= NUMBER_BYTES ? id.readUIntBE(0, this.width) : id.toString('latin1');
  }
}
