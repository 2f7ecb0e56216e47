import type { Socket } from 'node:net';
import { ReplyOrder, type OrderedClient } from '../../ingest';
import type { Tsd } from '../context';
import type { TelnetConnection } from '../telnet-types';
import { messageOf } from '../../util/message-of';
import { RateLimitedLog } from '../../util/rate-limited-log';
import type { Command, CommandConnection } from './commands';
import { TimeSlice, Turns } from '../../util/time-slice';
import { InputEnd } from './input-end';
import { LineCommands } from './line-commands';
import { Output } from './output';
import { CommandSink, PointReplies, type PointClient } from './point-replies';
import { ReceivedBytes } from './received-bytes';
import { stopReading } from '../../workers';

/** Lines between two looks at the clock and at whether the write buffer takes more. */
const LINES_A_LOOK = 64;
/** Connections go on one after the other: dozens of them that have much to say would make one long turn, and queries have turns of their own. */
const TURNS = new Turns();

/** Between two looks whether a connection can be let go of. */
const LOOK_MS = 5;

const LF = 0x0a;

/** One client of the line protocol. Lines are handled in the order in which they come, straight from the bytes received. */
export class LineConnection implements TelnetConnection, CommandConnection, OrderedClient, PointClient {
  private readonly received = new ReceivedBytes();
  /** Bytes from the next line on in which unknown names were looked for. */
  private lookedAhead = 0;
  /** Reasons not to read on: commands under way, a full write buffer, replies not taken. */
  private holds = 0;
  /** Of these, those that nothing of this connection is under way for. */
  private pauses = 0;
  private readonly replies = new ReplyOrder(this);
  private readonly pointReplies: PointReplies;
  private readonly output: Output;
  private handling = false;
  private inputEnded = false;
  finished = false;
  private readonly inputEnd: InputEnd;
  private readonly faultLog = new RateLimitedLog((message) => this.tsd.logger.error(message));
  private drained: (() => void)[] = [];
  private readonly commands: LineCommands;
  private readonly slice = new TimeSlice(null, null, TURNS);
  /** Commands that bring no points were run: what they take is not known. */
  private ranCommand = false;

  constructor(
    private readonly socket: Socket,
    private readonly tsd: Tsd,
  ) {
    this.output = new Output(socket, this);
    this.pointReplies = new PointReplies(this, this.replies, this.output, tsd.counters.ingest, tsd.settings.tellTelnetOfErrors);
    this.inputEnd = new InputEnd(
      socket,
      () => this.isHeld,
      () => this.endInput(),
    );
    this.commands = new LineCommands(tsd, this.pointReplies);
  }

  /** Takes the socket over. @param first what was read of it already */
  start(first: Buffer): void {
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('end', () => this.endInput());
    this.socket.on('error', () => this.abandon());
    this.socket.on('close', () => this.abandon());
    this.receive(first);
  }

  private receive(chunk: Buffer): void {
    if (this.finished) return;
    this.inputEnd.received();
    if (!this.received.keepIfHeld(chunk)) this.handle(chunk);
  }

  /** Handles lines of a chunk, until the connection is held or the chunk ends. */
  private handle(chunk: Buffer): void {
    const { received } = this;
    this.handling = true;
    let from = 0;
    let aheadTo = this.lookedAhead;
    this.lookedAhead = 0;
    this.slice.restart();
    for (let lines = 0; this.holds === 0 && !this.finished; lines++) {
      if ((lines % LINES_A_LOOK === 0 || this.ranCommand) && this.mustWait()) break;
      const end = chunk.indexOf(LF, from);
      if (end < 0) break;
      const line = received.unended === null ? null : Buffer.concat([received.unended, chunk.subarray(from, end)]);
      // Answers come in the order of the lines: a command's only after those of the points in front of it.
      if (
        this.replies.waiting > 0 &&
        !(line === null ? this.commands.bringsPoint(chunk, from, end) : this.commands.bringsPoint(line, 0, line.length))
      ) {
        this.replies.holdForAll();
        break;
      }
      received.unended = null;
      if (line !== null) {
        if (!this.quickLine(line, 0, line.length)) this.wordLine(line, 0, line.length);
      } else if (!this.quickLine(chunk, from, end)) {
        if (from >= aheadTo) {
          aheadTo = chunk.length;
          if (this.lookAhead(chunk, from)) break;
        }
        this.wordLine(chunk, from, end);
      }
      from = end + 1;
    }
    this.handling = false;
    this.lookedAhead = Math.max(0, aheadTo - from);
    this.output.write();
    if (this.finished) return;
    if (this.holds > 0) {
      received.hold(chunk.subarray(from));
      this.socket.pause();
      return;
    }
    if (from < chunk.length) this.keepUnended(chunk.subarray(from));
    this.finishIfIdle();
  }

  /** Holds the connection while the write buffer takes no more, or others have their turn. */
  private mustWait(): boolean {
    this.ranCommand = false;
    if (!this.tsd.writer.accepting) {
      this.pause();
      void this.tsd.writer.mayWrite().then(() => {
        this.pauses--;
        this.release();
      });
      return true;
    }
    if (!this.slice.isOver()) return false;
    this.pause();
    void this.slice.next().then(() => {
      this.pauses--;
      this.holds--;
      this.goOn();
    });
    return true;
  }

  private keepUnended(rest: Buffer): void {
    try {
      this.received.keepUnended(rest);
    } catch (e) {
      this.finished = true;
      this.socket.destroy(e as Error);
    }
  }

  private quickLine(bytes: Buffer, from: number, lineEnd: number): boolean {
    if (!this.commands.runQuickly(bytes, from, lineEnd)) return false;
    this.tsd.counters.rpc.telnetReceived++;
    return true;
  }

  /** Has unknown names looked up. @returns whether the connection is held for that */
  private lookAhead(chunk: Buffer, from: number): boolean {
    const answer = this.commands.lookAhead(chunk, from);
    if (answer === null) return false;
    this.hold();
    void answer.then(() => this.release());
    return true;
  }

  private wordLine(bytes: Buffer, from: number, lineEnd: number): void {
    this.tsd.counters.rpc.telnetReceived++;
    const words = this.commands.wordsOf(bytes, from, lineEnd);
    const command = this.commands.find(words[0]);
    if (command === undefined) this.reply(`unknown command: ${words[0]}.  Try \`help'.\n`);
    else if (command instanceof CommandSink) this.pointReplies.submit(command, words);
    else this.run(command, words);
  }

  private run(command: Command, words: readonly string[]): void {
    this.ranCommand = true;
    try {
      const running = command(this.tsd, words, this);
      if (running === undefined) return;
      this.hold();
      running.catch((error: unknown) => this.failedUnexpectedly(error)).finally(() => this.release());
    } catch (error) {
      this.failedUnexpectedly(error);
    }
  }

  answered(): void {
    this.finishIfIdle();
  }

  /** The original answers nothing here; it counts, and a line in the log says what it was. */
  failedUnexpectedly(error: unknown): void {
    this.tsd.counters.rpc.exceptions++;
    const { remoteAddress, remotePort } = this.socket;
    this.faultLog.log(`Unexpected exception caught while serving /${remoteAddress}:${remotePort}: ${messageOf(error)}`);
  }

  reply(text: string): void {
    if (this.finished) return;
    this.output.add(text);
    if (!this.handling) this.output.write();
  }

  exit(): void {
    this.output.write();
    this.finished = true;
    this.socket.end();
    this.tellDrained();
  }

  /** The socket is paused, or what was read of it is not handled yet. */
  private get isHeld(): boolean {
    return this.holds > 0 || this.received.isHeld;
  }

  hold(): void {
    this.holds++;
  }

  /** A `hold` until there is room, or time. */
  private pause(): void {
    this.pauses++;
    this.hold();
  }

  /** Undoes one `hold`. When none is left, what was received meanwhile is handled in a new turn of the event loop. */
  release(): void {
    this.holds--;
    if (this.holds === 0) setImmediate(() => this.goOn());
  }

  private goOn(): void {
    if (this.holds > 0 || this.finished || this.handling) return;
    const held = this.received.takeHeld();
    if (held !== null) {
      this.handle(held);
      if (this.received.isHeld) return;
    }
    this.socket.resume();
    this.inputEnd.readAgain();
    this.finishIfIdle();
  }

  private endInput(): void {
    this.inputEnded = true;
    this.finishIfIdle();
  }

  /** Ends the socket once the client has sent everything and has got every reply. */
  private finishIfIdle(): void {
    if (!this.inputEnded || this.finished || this.isHeld || this.replies.waiting > 0 || this.handling) return;
    this.exit();
  }

  private abandon(): void {
    this.finished = true;
    this.received.clear();
    this.tellDrained();
  }

  private tellDrained(): void {
    for (const told of this.drained) told();
    this.drained = [];
  }

  letGo(): Promise<Buffer | null> {
    this.pause();
    stopReading(this.socket);
    return new Promise((resolve) => {
      const look = (): boolean => {
        if (!this.finished && !this.isBetweenLines) return false;
        resolve(this.finished ? null : this.takeUnhandled());
        return true;
      };
      if (look()) return;
      const timer = setInterval(() => {
        if (look()) clearInterval(timer);
      }, LOOK_MS);
    });
  }

  /** Nothing of it is under way, and the client has everything that it is to have. One whose client has said everything ends by itself. */
  private get isBetweenLines(): boolean {
    const quiet = this.holds === this.pauses && this.replies.waiting === 0 && !this.handling && !this.inputEnded;
    return quiet && this.output.empty;
  }

  /** Ends this side's part in the connection. */
  private takeUnhandled(): Buffer {
    // What the socket has read goes to `receive` by this, too, which keeps it: taken from both, it would be there twice.
    this.socket.read();
    // Whoever takes what a socket has read makes it read on: that would be nobody's.
    stopReading(this.socket);
    const unhandled = this.received.takeAll();
    this.abandon();
    return unhandled;
  }

  /** Handles what has arrived, line ends given, and ends the connection. */
  drain(most: number): Promise<void> {
    if (this.finished) return Promise.resolve();
    const done = new Promise<void>((resolve) => this.drained.push(resolve));
    this.inputEnd.find(most);
    return done;
  }
}
