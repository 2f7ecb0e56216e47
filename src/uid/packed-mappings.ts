import { randomInt } from 'node:crypto';
import type { Mappings } from './mappings';
import { MOST_CHARACTERS, NameRecords } from './name-records';
import { RecordIndex } from './record-index';

/** Bytes of records that nothing refers to any more; beyond it, and half of all bytes, everything is forgotten to be looked up again. */
const MOST_UNUSED = 1 << 16;

/**
 * Mappings as bytes: a name of ten letters takes some 35 for both directions, where strings and Buffers in two Maps take 500 and have the
 * garbage collector look at each of them.
 */
export class PackedMappings implements Mappings {
  private readonly records: NameRecords;
  private readonly byName: RecordIndex<string>;
  private readonly byId: RecordIndex<Buffer>;
  private unused = 0;

  constructor(private readonly width: number) {
    const records = new NameRecords(width, randomInt(0x7fffffff));
    this.records = records;
    this.byName = new RecordIndex({
      hash: (name: string) => records.hashOfName(name),
      hashOf: (record) => records.nameHash(record),
      matches: (record, name) => records.hasName(record, name),
    });
    this.byId = new RecordIndex({
      hash: (id: Buffer) => records.hashOfId(id),
      hashOf: (record) => records.idHash(record),
      matches: (record, id) => records.hasId(record, id),
    });
  }

  get size(): number {
    return this.byName.size + this.byId.size;
  }

  readonly isQuick = { ids: false, names: false };

  idOf(name: string): Buffer | undefined {
    const record = this.byName.find(name);
    return record === 0 ? undefined : this.records.id(record);
  }

  nameOf(id: Buffer): string | undefined {
    if (id.length !== this.width) return undefined;
    const record = this.byId.find(id);
    return record === 0 ? undefined : this.records.name(record);
  }

  addId(name: string, id: Buffer): void {
    if (!this.hasRoom(name, id)) return;
    const other = this.byId.find(id);
    this.byName.add(other !== 0 && this.records.hasName(other, name) ? other : this.records.add(name, id));
  }

  addName(id: Buffer, name: string): void {
    if (!this.hasRoom(name, id)) return;
    const other = this.byName.find(name);
    this.byId.add(other !== 0 && this.records.hasId(other, id) ? other : this.records.add(name, id));
  }

  removeId(name: string): void {
    const record = this.byName.remove(name);
    if (record !== 0 && this.byId.find(this.records.id(record)) !== record) this.drop(record);
  }

  removeName(id: Buffer): void {
    const record = id.length === this.width ? this.byId.remove(id) : 0;
    if (record !== 0 && this.byName.find(this.records.name(record)) !== record) this.drop(record);
  }

  clear(): void {
    this.byName.clear();
    this.byId.clear();
    this.records.clear();
    this.unused = 0;
  }

  private hasRoom(name: string, id: Buffer): boolean {
    return name.length <= MOST_CHARACTERS && id.length === this.width;
  }

  private drop(record: number): void {
    this.unused += this.records.size(record);
    if (this.unused >= MOST_UNUSED && 2 * this.unused >= this.records.bytes) this.clear();
  }
}
