import { BacklogGate } from './backlog-gate';
import type { SpoolPace, WaitingPoints } from './types';
import type { BacklogState, Keeper } from './keeper-topics';

/**
 * A backlog that another worker keeps, as a worker sees it that brings points to it: what is in it, so that what must go behind goes there, is
 * known here before the worker whose points they are hears that they were taken.
 */
export class RemoteBacklog extends BacklogGate implements WaitingPoints {
  replayed = 0;
  readonly damaged = 0;
  readonly since = 0;
  readonly bytes = 0;
  /** Names of what is on its way to the keeper. */
  private readonly underWay = new Set<readonly Uint8Array[]>();

  /** @param name of the table; null: points by name */
  constructor(
    readonly name: string | null,
    settings: SpoolPace,
    private readonly keeper: Keeper,
  ) {
    super(settings);
    // What is there is not known before the keeper says it.
    this.fence.addAll();
  }

  async add(names: readonly Uint8Array[], payloads: readonly Buffer[]): Promise<void> {
    for (const name of names) this.fence.add(name);
    this.underWay.add(names);
    try {
      await this.keeper.add(this.name, names, payloads);
    } finally {
      this.underWay.delete(names);
    }
  }

  start(): void {
    // The keeper replays.
  }

  lost(error: Error): void {
    if (!this.setAway(true)) return;
    this.onChange();
    this.keeper.tell({ name: this.name, lost: error.message });
  }

  found(): void {
    if (!this.setAway(false)) return;
    this.onChange();
    this.keeper.tell({ name: this.name, found: true });
  }

  /** What the keeper says of it; what is left out has not changed. */
  follow({ away, shut, everything, cleared, bits, all }: BacklogState): void {
    if (cleared || all !== undefined) this.fence.clear();
    if (all) this.fence.load(all);
    if (bits !== undefined) this.fence.addBits(bits);
    if (everything === true) this.fence.addAll();
    else if (everything === false) this.fence.endAll();
    for (const names of this.underWay) for (const name of names) this.fence.add(name);
    if (away !== undefined) this.setAway(away);
    if (shut !== undefined) this.setShut(shut);
    this.onChange();
  }
}
