import { RowFence } from './row-fence';
import type { SpoolPace } from './types';

/** Which new points may go to storage past a backlog, which have to go behind it, and which have to wait: see WaitingPoints. */
export abstract class BacklogGate {
  readonly fence = new RowFence();
  away = false;
  onChange: () => void = () => {};
  private gate: Promise<void> | null = null;
  private openGate: () => void = () => {};
  private nextTrial = 0;

  constructor(protected readonly settings: SpoolPace) {}

  get idle(): boolean {
    return this.fence.open && !this.away;
  }

  passable(): Promise<void> | undefined {
    return this.gate ?? undefined;
  }

  holds(name: Uint8Array): boolean {
    return this.away || this.fence.has(name);
  }

  takeTrial(): boolean {
    const now = performance.now();
    if (now < this.nextTrial) return false;
    this.nextTrial = now + this.settings.longestPauseMs;
    return true;
  }

  /** New points wait. */
  protected get isShut(): boolean {
    return this.gate !== null;
  }

  /** @returns false: it was so before */
  protected setShut(shut: boolean): boolean {
    if (shut === this.isShut) return false;
    if (shut) this.gate = new Promise((resolve) => (this.openGate = resolve));
    else {
      this.gate = null;
      this.openGate();
    }
    return true;
  }

  /** @returns false: it was so before */
  protected setAway(away: boolean): boolean {
    if (away === this.away) return false;
    this.away = away;
    if (away) this.nextTrial = performance.now() + this.settings.longestPauseMs;
    return true;
  }
}
