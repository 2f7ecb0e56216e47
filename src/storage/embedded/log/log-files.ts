/** The files of the log in the store's directory: `log.NUMBER`, counted up, each until its changes are in the tables. */
import { closeSync, fsyncSync, linkSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { segmentHeader } from './layout';

const DIGITS = 9;
const NAME = /^log\.(\d{9,})$/;
const NEW = /^log\.\d+\.[0-9a-f]+\.new$/;

export function segmentPath(directory: string, number: number): string {
  return join(directory, `log.${String(number).padStart(DIGITS, '0')}`);
}

/** Numbers of the segments that are there, in order. */
export function listSegments(directory: string): number[] {
  const numbers: number[] = [];
  for (const name of readdirSync(directory)) {
    const digits = NAME.exec(name)?.[1];
    if (digits !== undefined) numbers.push(Number(digits));
  }
  return numbers.sort((a, b) => a - b);
}

/** Makes an empty segment, at once with its header; one that is there already stays. */
export function makeSegment(directory: string, number: number): void {
  const path = segmentPath(directory, number);
  // Not the process's number: containers that share the directory count their processes from 1 each.
  const whole = `${path}.${randomBytes(8).toString('hex')}.new`;
  try {
    writeFileSync(whole, segmentHeader({ number, salt: randomBytes(4).readUInt32BE(0) }), { mode: 0o664, flag: 'wx', flush: true });
    linkSync(whole, path);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e;
  } finally {
    rmSync(whole, { force: true });
  }
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function removeSegment(directory: string, number: number): void {
  rmSync(segmentPath(directory, number), { force: true });
}

/** What processes left that were ended while they made a segment. Only for who has the store alone. */
export function removeUnfinished(directory: string): void {
  for (const name of readdirSync(directory)) if (NEW.test(name)) rmSync(join(directory, name), { force: true });
}
