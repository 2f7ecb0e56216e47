// Makes a machine look odd to the suites of one run, so that what rests on its clocks or its order shows: `TSDB_TEST_ODD=ceil,timers npx jest ...`.
//
//   floor, ceil   clocks go in steps of 20 ms, as coarse ones do: what stands shortly after, or before, the real time
//   hour, day     each test begins shortly before the end of an hour, of a day: up to a fifth of a second, so that it comes at any line
//   timers        timers, immediates and answers of the file system come up to 20 ms late, in another order
const fsp = require('node:fs/promises');

const STEP_MS = 20;
const odd = new Set((process.env.TSDB_TEST_ODD ?? '').split(','));
const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);
const perfNow = performance.now.bind(performance);
const realTimeout = setTimeout;
const HOUR_MS = 3_600_000;
/** Of the hours or days that tests of one suite go through. */
const UNITS_BACK = 1000;
const LEAD_MS = 200;
/** Timers that are longer fire at once. */
const LONGEST_MS = 0x7fff_ffff;
const LATE = Symbol.for('answers of the file system come late');

function clocks() {
  const round = odd.has('ceil') ? Math.ceil : odd.has('floor') ? Math.floor : null;
  const unit = odd.has('day') ? 24 * HOUR_MS : odd.has('hour') ? HOUR_MS : 0;
  if (round === null && unit === 0) return;
  // Back, and on with each test: no clock goes back, and a file that is made now should not look old.
  let shift = -UNITS_BACK * unit;
  const toNextEnd = () => {
    const [at, lead] = [realNow() + shift, Math.floor(Math.random() * LEAD_MS)];
    if (shift < -unit) shift += Math.ceil((at + lead) / unit) * unit - lead - at;
  };
  toNextEnd();
  beforeEach(toNextEnd);
  const step = (ms) => (round === null ? ms : round(ms / STEP_MS) * STEP_MS);
  const now = () => step(realNow() + shift);
  class OddDate extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(...args);
    }
    static now() {
      return now();
    }
  }
  globalThis.Date = OddDate;
  if (round !== null) performance.now = () => step(perfNow());
}

function order() {
  if (!odd.has('timers')) return;
  const late = () => Math.random() * STEP_MS;
  const timeout = setTimeout;
  globalThis.setTimeout = Object.assign((f, ms = 0, ...args) => timeout(f, Math.min(ms + late(), LONGEST_MS), ...args), timeout);
  const immediate = setImmediate;
  globalThis.setImmediate = Object.assign((f, ...args) => {
    if (Math.random() < 0.8) return immediate(f, ...args);
    let next = immediate(() => (next = immediate(f, ...args)));
    return next;
  }, immediate);
  // All suites of a process have the same module.
  if (fsp[LATE] === true) return;
  fsp[LATE] = true;
  for (const name of ['open', 'stat', 'lstat', 'readdir', 'readFile', 'writeFile', 'rename', 'unlink', 'mkdir', 'rm', 'access']) {
    const real = fsp[name];
    fsp[name] = async (...args) => {
      const result = await real(...args);
      if (Math.random() < 0.3) await new Promise((resolve) => realTimeout(resolve, late()));
      return result;
    };
  }
}

clocks();
order();
