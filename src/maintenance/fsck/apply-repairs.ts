import { DATA_FAMILY } from '../../schema';
import type { Failure, Row, RowPut, Storage } from '../../storage';
import { messageOf } from '../../util/message-of';
import type { Counts } from './counts';
import type { FsckLog } from './findings';
import { deletesOf, putOf, type Repair } from './repair';

/**
 * Carries out repairs: the puts, and where those can be seen in their rows the deletes. A process that dies in between leaves rows in which points are there
 * twice, as one that dies in a compaction does; nothing is missing.
 */
export class Repairer {
  constructor(
    private readonly storage: Storage,
    private readonly table: string,
  ) {}

  /** @param counts what was done is added here; what storage refused is told and counted */
  async apply(repairs: readonly Repair[], log: FsckLog, counts: Counts): Promise<void> {
    const failed = new Set<Repair>();
    const fail = (repair: Repair, error: unknown): void => {
      if (failed.has(repair)) return;
      failed.add(repair);
      counts.failedRepairs++;
      log.error(`Failed to repair the row ${repair.key.toString('hex').toUpperCase()}: ${messageOf(error)}`);
    };
    const writing = repairs.filter(({ puts }) => puts.length > 0);
    await this.put(writing, writing.map(putOf), fail);
    await this.confirm(
      writing.filter((repair) => !failed.has(repair)),
      fail,
    );
    const deletes = repairs.filter((repair) => !failed.has(repair)).flatMap((repair) => deletesOf(repair).map((row) => ({ repair, row })));
    if (deletes.length > 0) {
      const call = (): Promise<Failure[]> =>
        this.storage.delete(
          this.table,
          deletes.map(({ row }) => row),
        );
      await this.change(call, (index, error) => fail(deletes[index].repair, error), deletes.length);
    }
    for (const repair of repairs)
      if (!failed.has(repair)) for (const [name, count] of Object.entries(repair.counts) as [keyof Counts, number][]) counts[name] += count;
  }

  private async put(repairs: readonly Repair[], puts: readonly RowPut[], fail: (repair: Repair, error: unknown) => void): Promise<void> {
    if (puts.length === 0) return;
    const call = (): Promise<Failure[]> => this.storage.put(this.table, DATA_FAMILY, puts);
    await this.change(call, (index, error) => fail(repairs[index], error), puts.length);
  }

  /**
   * Looks whether the new cells are in their rows. A tombstone of the original's compactions and deletes is as young as they were made, and hides a cell that
   * is older: such a one is put once more, with the time of the store.
   */
  private async confirm(repairs: readonly Repair[], fail: (repair: Repair, error: unknown) => void): Promise<void> {
    const hidden = await this.hidden(repairs, fail);
    if (hidden.length === 0) return;
    const puts = hidden.map((repair) => ({ row: repair.key, cells: putOf(repair).cells }));
    const refused = new Set<Repair>();
    await this.put(hidden, puts, (repair, error) => {
      refused.add(repair);
      fail(repair, error);
    });
    const still = await this.hidden(
      hidden.filter((repair) => !refused.has(repair)),
      fail,
    );
    for (const repair of still) fail(repair, new Error('what was written cannot be seen in it'));
  }

  private async hidden(repairs: readonly Repair[], fail: (repair: Repair, error: unknown) => void): Promise<Repair[]> {
    if (repairs.length === 0) return [];
    let rows: (Row | null)[];
    try {
      const gets = repairs.map(({ key, puts }) => ({ row: key, family: DATA_FAMILY, qualifiers: puts.map(({ qualifier }) => qualifier) }));
      rows = await this.storage.multiGet(this.table, gets);
    } catch (error) {
      for (const repair of repairs) fail(repair, error);
      return [];
    }
    return repairs.filter(({ puts }, i) => puts.some(({ qualifier }) => (rows[i]?.get(DATA_FAMILY, qualifier) ?? null) === null));
  }

  private async change(call: () => Promise<Failure[]>, fail: (index: number, error: unknown) => void, count: number): Promise<void> {
    try {
      for (const { index, error } of await call()) fail(index, error);
    } catch (error) {
      for (let index = 0; index < count; index++) fail(index, error);
    }
  }
}
