import type { SingleBar } from 'cli-progress';
import { isTerminal, wipeBar, type TerminalIo } from './terminal';

/** Drawings in a second. */
const FPS = 5;
const BAR_WIDTH = 24;

/**
 * How far a long piece of work is, on stderr and only when that is a terminal: count, rate and, where the total is known, a bar and the time that is
 * left. What is piped or logged gets nothing of it.
 */
export class Progress {
  private static readonly running = new WeakSet<TerminalIo>();
  private readonly bar: SingleBar | null;
  private readonly started = performance.now();
  private done = 0;

  /**
   * @param unit what is counted: `rows`, `points`
   * @param total how many there will be; 0: nobody knows
   */
  constructor(
    private readonly io: TerminalIo,
    private readonly unit: string,
    private total = 0,
  ) {
    this.bar = isTerminal(io.stderr) ? this.start() : null;
  }

  /** Wipes the bar, if there is one, for a line of text. */
  static makeRoom(io: TerminalIo): void {
    if (Progress.running.has(io)) wipeBar(io);
  }

  add(count: number): void {
    this.done += count;
    this.bar?.update(this.total > 0 ? Math.min(this.done, this.total) : this.done);
  }

  /** The total is known now, or another one. */
  setTotal(total: number): void {
    this.total = total;
    this.bar?.setTotal(total);
  }

  /** Takes the bar away. Call it on all ways out. */
  end(): void {
    if (this.bar === null) return;
    this.bar.stop();
    Progress.running.delete(this.io);
  }

  private start(): SingleBar {
    // Loaded when it is wanted: most runs are not looked at.
    const { SingleBar } = require('cli-progress') as typeof import('cli-progress');
    const bar = new SingleBar({
      format: () => this.line(),
      stream: this.io.stderr,
      fps: FPS,
      hideCursor: null,
      clearOnComplete: true,
      linewrap: false,
    });
    bar.start(this.total, 0);
    Progress.running.add(this.io);
    return bar;
  }

  private line(): string {
    const seconds = Math.max(0.001, (performance.now() - this.started) / 1000);
    const rate = this.done / seconds;
    const said = `${this.done.toLocaleString('en-US')} ${this.unit}, ${Math.round(rate).toLocaleString('en-US')}/s`;
    if (this.total === 0) return `${said}, ${spoken(seconds)}`;
    const part = Math.min(1, this.done / this.total);
    const full = Math.round(part * BAR_WIDTH);
    const left = rate > 0 ? spoken((this.total - this.done) / rate) : '?';
    return `[${'='.repeat(full)}${' '.repeat(BAR_WIDTH - full)}] ${Math.floor(part * 100)}% ${said}, ${left} left`;
  }
}

/** Seconds as `1h02m`, `3m07s` or `9s`. */
function spoken(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole >= 3600) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
  return whole >= 60 ? `${Math.floor(whole / 60)}m${two(whole % 60)}s` : `${whole}s`;
}
