import type { Log } from '../util/log';
import type { Door } from './door';
import { BEAT_MS, LOST_BEATS, SILENT_BEATS, type PulseListener } from './pulse';
import type { Worker } from './worker';

const seconds = (beats: number): string => `${(beats * BEAT_MS) / 1000} s`;

/** What is done about workers whose event loop stands still: nobody waits for them, and who stays so is killed, so that another one is started. */
export class SilentWorkers implements PulseListener<Worker> {
  /** @param serves whether the worker takes connections, as far as it can */
  constructor(
    private readonly parts: { readonly door: Pick<Door, 'add' | 'remove'>; readonly logger: Log },
    private readonly serves: (worker: Worker) => boolean,
  ) {}

  silent(worker: Worker): void {
    const { door, logger } = this.parts;
    worker.silent = true;
    door.remove(worker);
    logger.warn(`${worker.name} has not answered for ${seconds(SILENT_BEATS)}: others get new connections`);
  }

  back(worker: Worker): void {
    const { door, logger } = this.parts;
    worker.silent = false;
    logger.info(`${worker.name} answers again`);
    if (this.serves(worker)) door.add(worker);
  }

  lost(worker: Worker): void {
    this.parts.logger.error(`${worker.name} has not answered for ${seconds(LOST_BEATS)}: it is killed`);
    worker.process.kill('SIGKILL');
  }
}
