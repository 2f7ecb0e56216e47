import type { LineCommand } from '../../ingest';
import type { Tsd } from '../context';
import { commandsOf, type Command } from './commands';
import { CommandSink, type PointReplies } from './point-replies';
import { splitWords } from './words';

const CR = 0x0d;

/** Where the text of a line ends: before a CR in front of its LF. */
const textEnd = (bytes: Buffer, from: number, lineEnd: number): number =>
  lineEnd > from && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;

/** What the lines of a connection ask for. A line is its bytes from a place to its LF. */
export class LineCommands {
  private readonly commands = new Map<string, Command | CommandSink>();
  /** The command whose lines are taken from their bytes; null: there is none in this mode. */
  private readonly quick: LineCommand | null;
  private readonly quickSink: CommandSink;
  private readonly encoding: BufferEncoding;

  constructor(tsd: Tsd, replies: PointReplies) {
    for (const [name, command] of commandsOf(tsd))
      this.commands.set(name, typeof command === 'function' ? command : new CommandSink(command, replies));
    const { put } = tsd.ingest;
    const sink = this.commands.get(put.name);
    this.quick = sink instanceof CommandSink ? put : null;
    this.quickSink = sink instanceof CommandSink ? sink : new CommandSink(put, replies);
    this.encoding = tsd.uids.codec.encoding;
  }

  /** Runs a line of the command whose lines are taken from their bytes. @returns false: it is none, or it has to be looked at word by word */
  runQuickly(bytes: Buffer, from: number, lineEnd: number): boolean {
    const { quick } = this;
    if (quick === null) return false;
    const to = textEnd(bytes, from, lineEnd);
    return quick.isLine(bytes, from, to) && quick.addLine(bytes, from, to, this.quickSink);
  }

  /** Has names looked up that the lines from here on have and the fast path does not know. @returns null: there is nothing to wait for */
  lookAhead(chunk: Buffer, from: number): Promise<void> | null {
    const { quick } = this;
    return quick !== null && quick.isLine(chunk, from, chunk.length) ? quick.lookAhead(chunk, from) : null;
  }

  /** Whether it is a line of a command that brings points. */
  bringsPoint(bytes: Buffer, from: number, lineEnd: number): boolean {
    if (this.quick?.isLine(bytes, from, lineEnd)) return true;
    return this.find(this.wordsOf(bytes, from, lineEnd)[0]) instanceof CommandSink;
  }

  wordsOf(bytes: Buffer, from: number, lineEnd: number): string[] {
    return splitWords(bytes.toString(this.encoding, from, textEnd(bytes, from, lineEnd)));
  }

  /** The command of this name; a sink where it brings points. */
  find(name: string): Command | CommandSink | undefined {
    return this.commands.get(name);
  }
}
