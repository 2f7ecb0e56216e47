import { counter, data, mapping, run, runs, type Cell, type Scenario, type Step } from '../scenario';
import { DB01, H0, H1, H2, NAMES, WEB01 } from './scan';

const ROW = `000001${H0}${WEB01}`;
const FULL = '--full-scan --threads=1';
const line = (args: string): Step => run(`fsck ${args}`);

/** Looks, repairs with given flags and then with all, and shows what is there after each; then the table is emptied. */
function damaged(cells: readonly Cell[], ...flags: string[]): Step[] {
  const repairs = [...flags, '--fix-all'].flatMap((flag) => [line(`${FULL} ${flag}`), ...runs('scan 1356998400 none m')]);
  return [{ cells }, line(FULL), ...repairs, line(FULL), { clear: 'data' }];
}

/** The same where the original loses points or leaves the row as it is: only its first look is ours, too. */
function lossy(cells: readonly Cell[], ...flags: string[]): Step[] {
  const ours = { why: 'the original loses points, or repairs nothing', elsewhere: 'test/maintenance/fsck/repairs.test.ts' };
  return damaged(cells, ...flags).map((step, i) => (i > 1 && 'run' in step ? { ...step, ours } : step));
}

export const fsckArguments: Scenario = {
  name: 'fsck-arguments',
  steps: [
    ...runs(
      'fsck',
      'fsck --help',
      'fsck --unknown',
      'fsck --full-scan --threads',
      'fsck --full-scan --threads=0',
      'fsck --full-scan --threads=x',
      'fsck --full-scan --threads=10000',
      'fsck 1356998400',
      'fsck 1356998400 sum',
      'fsck bad sum m',
      'fsck 1356998400 foo m',
      'fsck 1356998400 sum unknown',
    ),
    line(FULL),
    line(`${FULL} --fix-all`),
    NAMES,
    {
      cells: [
        data(ROW, '0000', '01'),
        data(ROW, '0010', '02'),
        data(`000001${H0}${DB01}`, '0000', '03'),
        data(`000002${H0}${WEB01}`, '0000', '01'),
      ],
    },
    line(FULL),
    ...runs(
      'fsck 1356998400 sum m',
      'fsck 1356998400 1357002000 sum m',
      'fsck 1356998400 sum m host=web01',
      'fsck 1356998400 sum m sum n',
      'fsck 1500000000 sum m',
      'fsck 1356998400 sum m --fix',
      'fsck --full-scan 1356998400 sum m',
    ),
    run('fsck --full-scan --threads=2', { threads: true }),
  ],
};

export const fsckRows: Scenario = {
  name: 'fsck-rows',
  steps: [
    NAMES,
    // 1: keys of wrong lengths.
    ...damaged(
      [data('000001', '0000', '01'), data(`000001${H0}0000010000`, '0000', '01'), data(ROW, '0000', '01')],
      '--fix',
      '--fix --delete-bad-rows',
    ),
    // 2, 3: UIDs that nobody knows.
    ...damaged([data(`000009${H0}${WEB01}`, '0000', '01'), data(ROW, '0000', '01')], '--fix', '--fix --delete-orphans'),
    ...damaged(
      [data(`000001${H0}000009000001`, '0000', '01'), data(`000001${H0}000001000009`, '0000', '01'), data(ROW, '0000', '01')],
      '--fix --delete-orphans',
    ),
  ],
};

export const fsckColumns: Scenario = {
  name: 'fsck-columns',
  steps: [
    NAMES,
    // 4, 5: no qualifiers of points.
    ...damaged(
      [data(ROW, '01', '01'), data(ROW, '00000000000000', '01'), data(ROW, '0000', '01')],
      '--fix',
      '--fix --delete-unknown-columns',
    ),
    // 6, 9: annotations stay, so does what a later version may have written.
    ...damaged(
      [data(ROW, '010034', '7b7d'), data(ROW, '0100000fa0', '7b7d'), data(ROW, '060010', '0001'), data(ROW, '0000', '01')],
      '--fix',
    ),
    // 7: appended points.
    ...damaged([data(ROW, '050000', '000001001002')], '--fix'),
    ...damaged([data(ROW, '050000', '001002000001')], '--fix'),
    ...damaged([data(ROW, '050000', '000001f0')], '--fix'),
  ],
};

export const fsckValues: Scenario = {
  name: 'fsck-values',
  steps: [
    NAMES,
    // 14 to 19: values and flags.
    ...damaged([data(ROW, '000b', 'ffffffff40200000'), data(ROW, '0010', '01')], '--fix'),
    ...damaged([data(ROW, '000b', '0102030440200000'), data(ROW, '0010', '01')], '--fix', '--fix --delete-bad-values'),
    ...damaged([data(ROW, '000b', '0000000040200000'), data(ROW, '0010', '01')], '--fix'),
    ...lossy([data(ROW, '000f', '40200000'), data(ROW, '0010', '01')], '--fix --delete-bad-values'),
    ...damaged([data(ROW, '000b', '402000'), data(ROW, '0010', '01')], '--fix --delete-bad-values'),
    ...lossy([data(ROW, '0000', '0102'), data(ROW, '0017', '01'), data(ROW, '0020', '01')], '--fix', '--fix --delete-bad-values'),
    // 20: integers that fit into fewer bytes.
    ...lossy(
      [data(ROW, '0007', '0000000000000001'), data(ROW, '0017', '0000000000000100'), data(ROW, '0027', '7fffffffffffffff')],
      '--fix',
    ),
    ...damaged([data(ROW, 'f00007c7', '0000000000000001')], '--fix'),
  ],
};

export const fsckCompacted: Scenario = {
  name: 'fsck-compacted',
  steps: [
    NAMES,
    // As it should be, with and without points beside it.
    ...damaged([data(ROW, '00000010', '010200')], '--fix'),
    ...damaged([data(ROW, '00000010', '010200'), data(ROW, '0020', '03')], '--fix'),
    // 10, 11: what can't be taken apart.
    ...lossy([data(ROW, '00000010', '010207'), data(`000001${H1}${WEB01}`, '0000', '01')], '--fix'),
    ...lossy([data(ROW, '00000010', '0100'), data(`000001${H1}${WEB01}`, '0000', '01')], '--fix', '--fix --delete-bad-compacts'),
    // 12: out of order.
    ...damaged([data(ROW, '00100000', '020100')], '--fix'),
    // 13: two points for one time.
    ...damaged([data(ROW, '0000', '01'), data(ROW, 'f0000000', '02')], '--fix', '--fix --resolve-duplicates'),
    ...damaged([data(ROW, '0000', '01'), data(ROW, 'f0000000', '02')], '--fix --resolve-duplicates --last-write-wins'),
    ...damaged([data(ROW, '0000', '01'), data(ROW, '000b', '40200000'), data(ROW, '0010', '02')], '--fix --resolve-duplicates'),
    ...damaged([data(ROW, '00000010', '010200'), data(ROW, '0000', '05')], '--fix', '--fix --resolve-duplicates'),
    // Rewritten as one column.
    ...damaged([data(ROW, '0000', '01'), data(ROW, '0010', '02'), data(ROW, 'f000fa00', '03')], '--compact', '--fix --compact'),
    ...damaged(
      [data(ROW, '0000', '01'), data(`000001${H1}${WEB01}`, '0000', '01'), data(`000001${H2}${WEB01}`, '0000', '01')],
      '--fix --compact --resolve-duplicates --sync',
    ),
  ],
};

export const fsckNames: Scenario = {
  name: 'fsck-widths',
  settings: { 'tsd.storage.uid.width.metric': '4' },
  steps: [
    {
      cells: [
        ...mapping('metrics', 'm', '00000001'),
        counter('metrics', 1),
        ...mapping('tagk', 'host', '000001'),
        counter('tagk', 1),
        ...mapping('tagv', 'web01', '000001'),
        counter('tagv', 1),
      ],
    },
    { cells: [data(`00000001${H0}${WEB01}`, '0000', '01'), data(`00000002${H0}${WEB01}`, '0000', '01')] },
    line(FULL),
    line(`${FULL} --fix-all`),
    line(FULL),
  ],
};

export const FSCK_SCENARIOS = [fsckArguments, fsckRows, fsckColumns, fsckValues, fsckCompacted, fsckNames];
