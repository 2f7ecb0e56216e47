import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = resolve(__dirname, '../../conf/completion/tsdb.bash');
const HOOK = resolve(__dirname, '../support/ts-hook.cjs');
const MAIN = resolve(__dirname, '../../src/tools/main.ts');

let directory: string;
beforeAll(() => {
  // The program from its sources, under the name that is completed.
  directory = mkdtempSync(join(tmpdir(), 'completion-'));
  const program = join(directory, 'tsdb');
  writeFileSync(program, `#!/bin/sh\nTSDB_COMMAND_NAME=tsdb exec "${process.execPath}" -r "${HOOK}" "${MAIN}" "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What bash offers for a line whose last word is being typed. */
function complete(...words: string[]): string[] {
  const quoted = ['tsdb', ...words].map((word) => `'${word}'`).join(' ');
  const script = `source "${SCRIPT}"; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _tsdb; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, PATH: `${directory}:${process.env.PATH}` };
  return spawnSync('bash', ['-c', script], { env, encoding: 'utf8' }).stdout.trim().split('\n');
}

describe('completion in bash', () => {
  it('offers commands, also those of help', () => {
    expect(complete('m')).toEqual(['migrate', 'mkmetric']);
    expect(complete('he')).toEqual(['help']);
    expect(complete('help', 'fs')).toEqual(['fsck']);
  });

  it('offers the options of a command', () => {
    expect(complete('fsck', '--fix')).toEqual(['--fix', '--fix-all']);
    expect(complete('tsd', '--zk')).toEqual(['--zkbasedir', '--zkquorum']);
    expect(complete('migrate', '--fo')).toEqual(['--follow']);
  });

  it('offers what uid does, and kinds', () => {
    expect(complete('uid', 're')).toEqual(['rename']);
    expect(complete('uid', 'meta')).toEqual(['metasync', 'metapurge']);
    expect(complete('uid', 'grep', 'tag')).toEqual(['tagk', 'tagv']);
  });
});
