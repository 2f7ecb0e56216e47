import { fdatasync } from 'node:fs';

/** Between two syncs: each makes the disk write, whatever little there is. */
const PAUSE_MS = 100;

/** Has the system write to the disk what it was given, soon after, one sync at a time. */
export class Syncer {
  /** Files with something that the disk may not have. */
  private readonly fds = new Set<number>();
  private running: Promise<void> | null = null;
  private stopped = false;
  private wake: (() => void) | null = null;

  /** Something was written to this file; it may be closed any time. */
  wrote(fd: number): void {
    this.fds.add(fd);
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    while (this.fds.size > 0) {
      const fds = [...this.fds];
      this.fds.clear();
      // A sync that fails is the disk's trouble; the next write will meet it.
      for (const fd of fds) await new Promise<void>((resolve) => fdatasync(fd, () => resolve()));
      if (!this.stopped) await this.pause();
    }
    this.running = null;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      this.wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Syncs what is left. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake?.();
    await this.running;
  }
}
