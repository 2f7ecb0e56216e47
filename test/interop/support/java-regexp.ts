import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { PatternCase } from '../../support/java-patterns';

const encode = (text: string): string => encodeURIComponent(text).replace(/\*/g, '%2A');

/** Why Java can't be asked; null when it can. */
export function javaMissing(): string | null {
  const { status } = spawnSync('java', ['-version']);
  return status === 0 ? null : 'no java on this machine';
}

/** What java.util.regex answers, in the form of JavaRegexp.java. @param groups what groups hold is asked, too */
export function askJava(cases: readonly PatternCase[], groups = false): string[] {
  const input = cases.map(({ pattern, texts }) => [pattern, ...texts].map(encode).join('\t')).join('\n');
  const run = spawnSync('java', [path.join(__dirname, 'JavaRegexp.java'), ...(groups ? ['groups'] : [])], {
    input: `${input}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line.startsWith('E') ? decodeURIComponent(line.replace(/\+/g, ' ')) : line));
}
