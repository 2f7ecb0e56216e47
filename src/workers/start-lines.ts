import type { LogEvent } from '../util/log-ring';

/** How far a worker is that says something: the TSD is being started, this worker alone is, or it serves. */
export type Phase = 'start' | 'restart' | 'serving';

/** Lines of a start that are remembered; it has a few dozens. */
const MOST = 1_000;

/** Workers begin alike, and say so in the same words: that is written once. What one warns of that is started again later is written each time. */
export class StartLines {
  private readonly said = new Set<string>();

  /** Whether the line is to be written. */
  isNews({ level, logger, message, stack }: LogEvent, phase: Phase): boolean {
    if (phase === 'serving' || stack !== null || level === 'DEBUG' || level === 'TRACE') return true;
    const line = `${level} ${logger} ${message}`;
    const known = this.said.has(line);
    if (phase === 'restart') return !known || level !== 'INFO';
    if (!known && this.said.size < MOST) this.said.add(line);
    return !known;
  }
}
