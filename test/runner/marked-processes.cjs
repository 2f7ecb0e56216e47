// Processes that are known by what is in their environment, whatever group they are in and whoever started them.
const fs = require('node:fs');

/** @returns numbers of processes; none where the system does not tell what is in an environment */
function markedProcesses(mark) {
  if (!fs.existsSync('/proc/self/environ')) return [];
  return fs
    .readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && textOf(pid, 'environ').includes(mark));
}

const commandOf = (pid) => textOf(pid, 'cmdline').replaceAll('\0', ' ').trim();

/** Empty of a process that has ended, and waits for its parent to take notice. */
function textOf(pid, name) {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** kill -9 */
function killProcess(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // has ended meanwhile
  }
}

module.exports = { commandOf, killProcess, markedProcesses };
