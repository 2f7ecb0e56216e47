import { refusalLine, storageRefusalLine, type IngestCommand, type IngestCounters, type ReplyOrder } from '../../ingest';
import type { StorageError } from '../../storage';
import type { PointSink } from '../../write';

/** The connection whose points are answered. */
export interface PointClient {
  readonly finished: boolean;
  reply(text: string): void;
  /** An error that nobody foresaw; the client is told nothing. */
  failedUnexpectedly(error: unknown): void;
}

/** A client's points of one command, told apart by it when storage does not take them. */
export class CommandSink implements PointSink {
  constructor(
    readonly command: IngestCommand,
    private readonly replies: PointReplies,
  ) {}

  failed(error: StorageError, points: number): void {
    this.replies.failed(this.command.name, error, points);
  }
}

/** What a client is told of its points: nothing of those that are stored, and of the others why, in the order of the points. */
export class PointReplies {
  /**
   * @param output `behind` while the client does not read what it is told
   * @param tellFailures whether the client hears of points that storage refused after they were accepted
   */
  constructor(
    private readonly client: PointClient,
    private readonly order: ReplyOrder,
    private readonly output: { readonly behind: boolean },
    private readonly counters: IngestCounters,
    private readonly tellFailures: boolean,
  ) {}

  /** Has a point added whose line is taken word by word. */
  submit(sink: CommandSink, words: readonly string[]): void {
    const { command } = sink;
    const refuse = (error: unknown): void => this.refuse(command.name, error);
    let submitted: Promise<void> | undefined;
    try {
      submitted = command.addWords(words, sink);
    } catch (error) {
      if (this.order.waiting === 0) return refuse(error);
      submitted = Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    if (submitted !== undefined) this.order.add(submitted, refuse);
  }

  /** Points that storage refused after they were accepted. */
  failed(command: string, error: StorageError, points: number): void {
    for (let i = 0; i < points; i++) {
      const line = storageRefusalLine(command, error, this.counters);
      if (this.tellFailures && !this.client.finished) this.replyIfRead(line);
    }
  }

  private refuse(command: string, error: unknown): void {
    const line = refusalLine(command, error, this.counters);
    if (line === null) this.client.failedUnexpectedly(error);
    else this.replyIfRead(line);
  }

  /** A reply that a client may do without: dropped when it does not read. */
  private replyIfRead(line: string): void {
    if (this.output.behind) this.counters.socketWritesBlocked++;
    else this.client.reply(`${line}\n`);
  }
}
