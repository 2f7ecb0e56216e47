import type { Database } from 'lmdb';
import { decodeLogState, encodeLogState, LOG_KEY, NEW_LOG, type LogState } from './state';

/** The log's state where LMDB keeps it. It is read much more often than it changes, so it is decoded once for each change. */
export class LogStateRecord {
  /** As it was read last. */
  private state = NEW_LOG;
  private bytes: Buffer | null = null;

  constructor(private readonly own: Pick<Database<Buffer, string>, 'getBinary' | 'putSync'>) {}

  /** As the current snapshot or transaction has it; while it is the same, the same object. */
  read(): LogState {
    const bytes = this.own.getBinary(LOG_KEY);
    if (bytes === undefined) return NEW_LOG;
    if (this.bytes === null || !bytes.equals(this.bytes)) [this.bytes, this.state] = [bytes, decodeLogState(bytes)];
    return this.state;
  }

  /** What `read` answered last, without a look. */
  get last(): LogState {
    return this.state;
  }

  /** Within a transaction. */
  write(state: LogState): void {
    this.own.putSync(LOG_KEY, encodeLogState(state), 0);
  }
}
