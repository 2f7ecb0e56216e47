import { clearLine, cursorTo } from 'node:readline';
import { createColors } from 'picocolors';

/** What a tool writes to, as far as a person may be reading it. */
export interface TerminalIo {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/** Whether a stream is a terminal that a person reads, and not a file or a pipe. */
export function isTerminal(stream: NodeJS.WritableStream): boolean {
  return (stream as Partial<NodeJS.WriteStream>).isTTY === true;
}

/** Columns of a terminal; 80 for what is none. */
export function widthOf(stream: NodeJS.WritableStream): number {
  const { columns } = stream as Partial<NodeJS.WriteStream>;
  return columns !== undefined && columns > 0 ? columns : 80;
}

/** A log line in the colour of its level; as it is where nobody looks, or wants no colours (`NO_COLOR`). */
export function coloured(stream: NodeJS.WritableStream, level: string, line: string): string {
  const colours = createColors(isTerminal(stream) && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb');
  if (level === 'ERROR') return colours.red(line);
  return level === 'WARN' ? colours.yellow(line) : line;
}

/** Wipes the line that a progress bar may stand in, so that other text does not run into it. The bar is drawn anew with its next step. */
export function wipeBar({ stderr }: TerminalIo): void {
  if (!isTerminal(stderr)) return;
  cursorTo(stderr, 0);
  clearLine(stderr, 0);
}
