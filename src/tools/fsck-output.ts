import { once } from 'node:events';
import { repairLines, summaryLines, totalErrors, totalFixed, type Counts, type FsckLog, type Repair } from '../maintenance';
import { logLine } from '../util/logger';
import type { ToolIo } from './common';
import { Progress } from './progress';

const LOGGER = 'Fsck';

/**
 * What `fsck` writes: the original's lines on stdout, or, as JSON, one object for each repair that a dry run would make and one for the whole on stdout, and
 * the lines on stderr.
 */
export class FsckOutput {
  private readonly lines: NodeJS.WritableStream;

  constructor(
    private readonly io: ToolIo,
    private readonly json: boolean,
  ) {
    this.lines = json ? io.stderr : io.stdout;
  }

  /** Lines of one thread, as the original calls it. */
  log(thread: string): FsckLog {
    const write = (level: string, message: string): void => {
      Progress.makeRoom(this.io);
      this.lines.write(`${logLine({ time: Date.now(), level, thread, logger: LOGGER, message, stack: null })}\n`);
    };
    return {
      info: (message) => write('INFO', message),
      warn: (message) => write('WARN', message),
      error: (message) => write('ERROR', message),
    };
  }

  /** A repair that is not made. */
  mutation(repair: Repair): void {
    Progress.makeRoom(this.io);
    for (const line of repairLines(repair)) this.io.stdout.write(this.json ? `${JSON.stringify({ mutation: line })}\n` : `${line}\n`);
  }

  summary(counts: Counts): void {
    if (this.json)
      this.io.stdout.write(`${JSON.stringify({ ...counts, totalErrors: totalErrors(counts), totalFixed: totalFixed(counts) })}\n`);
    const main = this.log('main');
    for (const line of summaryLines(counts)) main.info(line);
  }

  /** Resolves when the readers have taken what was written, so that a slow one does not fill the memory. */
  async taken(): Promise<void> {
    for (const stream of [this.io.stdout, this.io.stderr])
      if ((stream as NodeJS.WritableStream & { writableNeedDrain?: boolean }).writableNeedDrain === true) await once(stream, 'drain');
  }
}
