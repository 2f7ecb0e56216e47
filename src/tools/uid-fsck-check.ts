import type { UidRepairs } from './uid-fsck-repairs';
import type { KindMappings } from './uid-fsck-mappings';
import type { ToolLog } from './common';

const RULE = '----------------------------------';

/** Checks the mappings of one kind against each other, in both directions. Mirrors the second part of UidManager.fsck. */
export class KindCheck {
  /** The highest UID that a name leads to. */
  private highest = 0n;
  /** Some UID is that of another name than it should be. */
  private confused = false;
  private readonly namesOf = new Map<string, string[]>();

  /** @param repairs null: nothing is changed */
  constructor(
    private readonly mappings: KindMappings,
    private readonly log: ToolLog,
    private readonly repairs: UidRepairs | null,
  ) {
    for (const [name, id] of mappings.forward) {
      const names = this.namesOf.get(id);
      if (names === undefined) this.namesOf.set(id, [name]);
      else names.push(name);
    }
  }

  /** @throws StorageError */
  async run(): Promise<void> {
    const { mappings, log } = this;
    await this.checkForward();
    if (this.confused && this.repairs !== null) await this.renameCollisions(this.repairs);
    await this.checkReverse();
    await this.checkMaximum();
    if (mappings.errors > 0) log.error(`${mappings.kind}: Found ${mappings.errors} errors.`);
  }

  private async checkForward(): Promise<void> {
    const { mappings, repairs } = this;
    const { kind, forward, reverse } = mappings;
    const show = (name: string): string => mappings.show(name);
    for (const [name, id] of mappings.forwards()) {
      const number = BigInt(`0x${id === '' ? '0' : id}`);
      if (number > this.highest) this.highest = number;
      const found = reverse.get(id);
      if (found === name) continue;
      if (found === undefined) {
        this.report(`Forward ${kind} mapping is missing reverse mapping: ${show(name)} -> ${id}`);
        await repairs?.restoreReverse(mappings, id, name);
        continue;
      }
      this.report(`Forward ${kind} mapping ${show(name)} -> ${id} is different than reverse mapping: ${id} -> ${show(found)}`);
      const other = forward.get(found);
      if (other === undefined) this.report(`Duplicate forward ${kind} mapping ${show(name)} -> ${id} and null -> ${show(found)}`);
      else
        this.report(
          `Inconsistent forward ${kind} mapping ${show(name)} -> ${id} vs ${show(name)} -> ${show(found)} / ${show(found)} -> ${other}`,
        );
      this.confused ||= other !== undefined;
      if (other === undefined || this.namesOf.get(id)?.length === 1) await repairs?.restoreReverse(mappings, id, name);
    }
  }

  /** UIDs with several names get one made of all of them: nobody can tell whose the points are. */
  private async renameCollisions(repairs: UidRepairs): Promise<void> {
    const { mappings, log } = this;
    for (const [id, names] of this.namesOf) {
      if (names.length < 2) continue;
      names.sort();
      const renamed = ['fsck', ...names].join('.');
      for (const name of names) await repairs.removeForward(mappings, name, id);
      await repairs.createForward(mappings, renamed, id);
      await repairs.restoreReverse(mappings, id, renamed);
      for (const line of [RULE, '-     UID COLLISION DETECTED     -', `Corrupted UID [${id}] renamed to [${mappings.show(renamed)}]`, RULE])
        log.error(line);
    }
  }

  private async checkReverse(): Promise<void> {
    const { mappings, log, repairs } = this;
    const { kind, forward, reverse } = mappings;
    for (const [id, name] of mappings.reverses()) {
      const found = forward.get(name);
      if (found === id) continue;
      if (found === undefined) log.warn(`Reverse ${kind} mapping is missing forward mapping: ${mappings.show(name)} -> ${id}`);
      else if (reverse.has(found))
        this.report(
          `Inconsistent reverse ${kind} mapping ${id} -> ${mappings.show(name)} vs ${found} -> ${mappings.show(name)} / ${mappings.show(reverse.get(found) ?? '')} -> ${found}`,
        );
      else this.report(`Duplicate reverse ${kind} mapping ${id} -> ${mappings.show(name)} and ${found} -> null`);
      await repairs?.removeReverse(mappings, id, name);
    }
  }

  private async checkMaximum(): Promise<void> {
    const { mappings, log } = this;
    const { kind, maximum, forward, reverse } = mappings;
    const entries = BigInt(Math.max(forward.size, reverse.size));
    if (maximum > entries) {
      log.warn(`Max ID for ${kind} is ${maximum} but only ${entries} entries were found.  Maybe ${maximum - entries} IDs were deleted?`);
    } else if (maximum < this.highest) {
      this.report(`We found an ID of ${this.highest} for ${kind} but the max ID is only ${maximum}!  Future IDs may be double-assigned!`);
      await this.repairs?.raiseMaximum(mappings, this.highest);
    }
  }

  private report(error: string): void {
    this.mappings.errors++;
    this.log.error(error);
  }
}
