// Preloaded into a daemon and its workers: while the file STORE_STUCK is there, a commit of the embedded store never calls back, and keeps
// a thread of the pool for ever, as LMDB does that waits for the event loop: nobody writes to the FIFO STUCK_FIFO. STORE_STUCK has the
// numbers of the processes that this has happened to.
require('../../support/ts-hook.cjs');
const { appendFileSync, existsSync, open } = require('node:fs');
const { Commits } = require('../../../src/storage/embedded/commits');

const { commit } = Commits.prototype;
Commits.prototype.commit = function (start, ...more) {
  if (!existsSync(process.env.STORE_STUCK)) return commit.call(this, start, ...more);
  appendFileSync(process.env.STORE_STUCK, `${process.pid}\n`);
  open(process.env.STUCK_FIFO, 'r', () => {});
  return commit.call(this, () => new Promise(() => {}), ...more);
};
