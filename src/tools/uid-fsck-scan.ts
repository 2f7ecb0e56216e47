import { prettyBytes, uidToHex } from '../schema';
import type { Row } from '../storage';
import { ID_FAMILY, MAXID_ROW } from '../uid/uid-table';
import { hashMapOrder } from '../util/java-hash-order';
import { KindMappings } from './uid-fsck-mappings';
import type { UidRepairs } from './uid-fsck-repairs';
import { codecOf, type UidToolContext } from './uid-context';
import { UID_KINDS } from '../uid';

/** Columns that are no mappings, and none of this check's business. */
const METADATA = new Set(['ts_meta', 'ts_ctr', 'metric_meta', 'tagk_meta', 'tagv_meta']);

/** What a whole UID table holds. */
export interface ScannedUids {
  /** The kinds that there is anything of, in the order of Java's hash map. */
  kinds: KindMappings[];
  cells: number;
}

/** Reads all mappings and reports cells that can't be any. Mirrors the first part of UidManager.fsck. */
export async function scanMappings(context: UidToolContext, repairs: UidRepairs | null, removeUnknown: boolean): Promise<ScannedUids> {
  const { storage, table, log } = context;
  const codec = codecOf(context);
  const kinds = new Map<string, KindMappings>();
  let cells = 0;
  for await (const rows of storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
    for (const row of rows)
      for (let i = 0; i < row.size; i++) {
        cells++;
        const qualifier = row.qualifier(i);
        const name = qualifier.toString('latin1');
        if (METADATA.has(name)) continue;
        const kind = UID_KINDS.find((each) => each === name);
        if (kind === undefined) {
          log.warn(`Unknown qualifier ${uidToHex(qualifier)} in row ${uidToHex(row.key)}`);
          if (repairs !== null && removeUnknown) await repairs.removeUnknown(row.key, row.family(i), qualifier);
          continue;
        }
        let mappings = kinds.get(kind);
        if (mappings === undefined) kinds.set(kind, (mappings = new KindMappings(kind, codec)));
        new CellReader(context, mappings).read(row, i);
      }
  return { kinds: hashMapOrder(kinds.keys()).map((kind) => kinds.get(kind)!), cells };
}

/** Sorts one cell into the mappings of its kind. */
class CellReader {
  constructor(
    private readonly context: UidToolContext,
    private readonly mappings: KindMappings,
  ) {}

  read(row: Row, i: number): void {
    const isForward = row.family(i).equals(ID_FAMILY);
    const value = Buffer.from(row.value(i));
    if (!isForward) this.addReverse(row, i, value);
    else if (row.key.equals(MAXID_ROW)) this.readCounter(row, i, value);
    else this.addForward(row, i, value);
  }

  private readCounter(row: Row, i: number, value: Buffer): void {
    const { mappings } = this;
    const { log } = this.context;
    if (value.length === 8) {
      mappings.maximum = value.readBigInt64BE();
      log.info(`Maximum ID for ${mappings.kind}: ${mappings.maximum}`);
      return;
    }
    mappings.brokenCounter = value;
    this.report(`Invalid maximum ID for ${mappings.kind}: should be on 8 bytes: .  kv=${describe(row, i)}`);
  }

  private addForward(row: Row, i: number, id: Buffer): void {
    this.checkWidth(row, i, id);
    const { mappings } = this;
    const { forward, kind } = mappings;
    const name = row.key.toString('latin1');
    const known = forward.get(name);
    if (known !== undefined)
      this.report(`Duplicate forward ${kind} mapping: ${mappings.show(name)} -> ${known} and ${mappings.show(name)} -> ${uidToHex(id)}`);
    forward.set(name, uidToHex(id));
  }

  private addReverse(row: Row, i: number, bytes: Buffer): void {
    this.checkWidth(row, i, row.key);
    const { mappings } = this;
    const { reverse, kind } = mappings;
    const [id, name] = [uidToHex(row.key), bytes.toString('latin1')];
    const known = reverse.get(id);
    if (known !== undefined)
      this.report(`Duplicate reverse ${kind}  mapping: ${mappings.show(known)} -> ${id} and ${mappings.show(name)} -> ${id}`);
    reverse.set(id, name);
  }

  /** The first UID says how long the others are to be; one that a name leads to must also have the width that is configured. */
  private checkWidth(row: Row, i: number, id: Buffer): void {
    const { mappings } = this;
    mappings.width ??= id.length;
    const configured = this.context.model.widths[mappings.kind];
    const expected = id === row.key || id.length === configured ? mappings.width : configured;
    if (id.length !== expected)
      this.report(`Invalid ${mappings.kind} ID of length ${id.length} (expected: ${expected}).  kv=${describe(row, i)}`);
  }

  private report(error: string): void {
    this.mappings.errors++;
    this.context.log.error(error);
  }
}

/** A cell as the original's storage client shows it. */
function describe(row: Row, i: number): string {
  const [key, family, qualifier, value] = [row.key, row.family(i), row.qualifier(i), row.value(i)].map(prettyBytes);
  return `KeyValue(key=${key}, family=${family}, qualifier=${qualifier}, value=${value}, timestamp=${row.timestamp(i)})`;
}
