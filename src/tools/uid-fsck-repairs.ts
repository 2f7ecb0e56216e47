import { uidToHex } from '../schema';
import { PackedCells, type Failure } from '../storage';
import { maxId, metaQualifier } from '../uid';
import { ID_FAMILY, MAXID_ROW, NAME_FAMILY } from '../uid/uid-table';
import type { KindMappings } from './uid-fsck-mappings';
import type { UidToolContext } from './uid-context';

const nameBytes = (name: string): Buffer => Buffer.from(name, 'latin1');
const idBytes = (id: string): Buffer => Buffer.from(id, 'hex');

/** Changes that `uid fsck fix` makes: each is stored when it is told of. Names and UIDs are those of {@link KindMappings}. */
export class UidRepairs {
  constructor(private readonly context: UidToolContext) {}

  /** @throws StorageError, as all of them */
  async removeUnknown(row: Buffer, family: Buffer, qualifier: Buffer): Promise<void> {
    await this.delete(row, family, [qualifier]);
    this.tell(`Removed unknown qualifier ${uidToHex(qualifier)} in row ${uidToHex(row)}`);
  }

  async restoreReverse(mappings: KindMappings, id: string, name: string): Promise<void> {
    const { kind, reverse } = mappings;
    const { storage, table } = this.context;
    const found = reverse.get(id);
    const expected = found === undefined ? null : nameBytes(found);
    if (!(await storage.compareAndSet(table, idBytes(id), NAME_FAMILY, nameBytes(kind), expected, nameBytes(name)))) return this.raced(id);
    reverse.set(id, name);
    this.tell(`Restoring ${kind} reverse mapping: ${id} -> ${mappings.show(name)}`);
  }

  /** Its metadata go with it. One that a TSD is just assigning has got its forward mapping meanwhile, and stays. */
  async removeReverse(mappings: KindMappings, id: string, name: string): Promise<void> {
    const { kind } = mappings;
    const { storage, table } = this.context;
    const row = await storage.get(table, { row: nameBytes(name), family: ID_FAMILY, qualifiers: [nameBytes(kind)] });
    if (row?.get(ID_FAMILY, nameBytes(kind))?.equals(idBytes(id)) === true) return this.raced(id);
    await this.delete(idBytes(id), NAME_FAMILY, [nameBytes(kind), metaQualifier(kind)]);
    this.tell(`Removed ${kind} reverse mapping: ${id} -> ${mappings.show(name)}`);
  }

  async removeForward(mappings: KindMappings, name: string, id: string): Promise<void> {
    const { kind, forward } = mappings;
    await this.delete(nameBytes(name), ID_FAMILY, [nameBytes(kind)]);
    forward.delete(name);
    this.tell(`Removed forward ${kind} mapping for ${mappings.show(name)} -> ${id}`);
  }

  async createForward(mappings: KindMappings, name: string, id: string): Promise<void> {
    const { kind, forward } = mappings;
    await this.put(ID_FAMILY, nameBytes(name), kind, idBytes(id));
    forward.set(name, id);
    this.tell(`Created forward ${kind} mapping for fsck'd UID ${mappings.show(name)} -> ${id}`);
  }

  /** Moves the counter on to the highest UID. A counter that is no number is written anew, which the original only claims to do. */
  async raiseMaximum({ kind, maximum, brokenCounter }: KindMappings, highest: bigint): Promise<void> {
    const { storage, table, model, log } = this.context;
    if (highest > maxId(model.widths[kind])) return log.error(`Ran out of UIDs for ${kind}. Unable to fix max ID`);
    if (brokenCounter === null) await storage.increment(table, MAXID_ROW, ID_FAMILY, nameBytes(kind), highest - maximum);
    else {
      const number = Buffer.alloc(8);
      number.writeBigInt64BE(highest);
      if (!(await storage.compareAndSet(table, MAXID_ROW, ID_FAMILY, nameBytes(kind), brokenCounter, number))) return this.raced('00');
    }
    this.tell(`Updated max ID for ${kind} to ${highest}`);
  }

  private raced(row: string): void {
    this.context.log.warn(`Row ${row} has changed while it was checked, and is left as it is: run it again`);
  }

  private tell(what: string): void {
    this.context.log.info(`FIX: ${what}`);
  }

  private async put(family: Buffer, row: Buffer, kind: string, value: Buffer): Promise<void> {
    const { storage, table } = this.context;
    check(await storage.put(table, family, [{ row, cells: PackedCells.of(nameBytes(kind), value) }]));
  }

  private async delete(row: Buffer, family: Buffer, qualifiers: Buffer[]): Promise<void> {
    const { storage, table } = this.context;
    check(await storage.delete(table, [{ row, family, qualifiers }]));
  }
}

function check([failure]: readonly Failure[]): void {
  if (failure !== undefined) throw failure.error;
}
