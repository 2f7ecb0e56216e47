// Lets a child process of a test load the sources as they are: node -r test/support/ts-hook.cjs file.ts
// What a source becomes is kept by its content: a daemon has hundreds of files, and tests start dozens of daemons.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { threadId } = require('node:worker_threads');
const { transformSync, version } = require('@swc/core');

const kept = resolve(__dirname, '../../.build/sources');
mkdirSync(kept, { recursive: true });
const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };

function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const hash = createHash('sha256').update(version).update(JSON.stringify(options)).update(filename).update(source);
  const path = join(kept, `${hash.digest('hex')}.js`);
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const { code } = transformSync(source, { filename, ...options });
    // Other processes, and other threads of this one, see the whole of it or nothing.
    const beginning = `${path}.${process.pid}.${threadId}`;
    try {
      writeFileSync(beginning, code);
      renameSync(beginning, path);
    } catch {
      // A process of a test for which the disk is full: the next one compiles it again.
      rmSync(beginning, { force: true });
    }
    return code;
  }
}

require.extensions['.ts'] = (module, filename) => module._compile(compiled(filename), filename);
