// Directories that are fetched once for a machine, and are there whole or not at all: also when several programs fetch at once, or one is killed.
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const COMPLETE = '.complete';

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Makes a directory, if it is not there.
 * @param fill puts everything into the directory that it is given; it may fail
 */
function fetchOnce(directory, fill) {
  const isThere = () => fs.existsSync(path.join(directory, COMPLETE));
  if (isThere()) return;
  const [parent, name] = [path.dirname(directory), path.basename(directory)];
  fs.mkdirSync(parent, { recursive: true });
  // What those have left behind who were killed.
  for (const other of fs.readdirSync(parent)) {
    const [, pid] = other.startsWith(`${name}.fetch-`) ? other.split('.fetch-') : [];
    if (pid !== undefined && !isAlive(Number(pid))) fs.rmSync(path.join(parent, other), { recursive: true, force: true });
  }
  const own = path.join(parent, `${name}.fetch-${process.pid}`);
  fs.rmSync(own, { recursive: true, force: true });
  fs.mkdirSync(own);
  try {
    fill(own);
    fs.writeFileSync(path.join(own, COMPLETE), '');
    if (isThere()) return;
    // One that is there and not whole has no owner.
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(own, directory);
  } catch (error) {
    // Another one was quicker.
    if (!isThere()) throw error;
  } finally {
    fs.rmSync(own, { recursive: true, force: true });
  }
}

/** Copies the jars that a pom names, and what those need, into a directory. @throws Error with the end of what Maven said */
function copyJars(pom, directory, properties = []) {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const { status, stdout, stderr } = spawnSync('mvn', ['-q', '-B', '-f', pom, ...properties, goal, `-DoutputDirectory=${directory}`], {
    encoding: 'utf8',
  });
  if (status === 0) return;
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`Maven could not fetch what ${pom} names:\n${said}`);
}

module.exports = { copyJars, fetchOnce };
