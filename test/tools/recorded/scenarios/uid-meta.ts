import { run, runs, type Scenario, type Step } from '../scenario';

const FILES = {
  'points.txt': 'sys.cpu 1356998400 1 host=web01\nsys.cpu 1356998460 2 host=web01\nsys.cpu 1356998400 3 host=web02 dc=lga\n',
};
const FILLED: Step[] = runs('mkmetric sys.cpu', 'import $DIR/points.txt');
const sync = (line: string): Step => run(line, { threads: true });

/** A run after which the original needs a second one, or wrote a time of creation that it then corrects. */
const nothingMore = (line: string): Step =>
  run(line, {
    threads: true,
    ours: {
      why: 'the first run does it all',
      stdout: [
        'INFO  [<thread>] UidManager: All metasync threads have completed',
        'INFO  [<thread>] UidManager: Completed meta data synchronization in [<n>] seconds',
        'INFO  [<thread>] UidManager: Gracefully shutdown the TSD',
        'INFO  [<thread>] UidManager: Shutting down TSD....',
      ],
    },
  });

export const metasync: Scenario = {
  name: 'uid-metasync',
  files: FILES,
  steps: [
    sync('uid -v metasync'),
    ...FILLED,
    sync('uid metasync'),
    nothingMore('uid -v metasync'),
    ...['uid -v metasync', 'uid metapurge', 'uid -v metapurge'].map(sync),
  ],
};

export const metasyncRealtime: Scenario = {
  name: 'uid-metasync-realtime',
  files: FILES,
  settings: { 'tsd.core.meta.enable_realtime_ts': 'true' },
  steps: [...FILLED, sync('uid -v metasync'), nothingMore('uid -v metasync'), sync('uid -v metapurge')],
};

export const treesync: Scenario = {
  name: 'uid-treesync',
  files: FILES,
  steps: [
    ...FILLED,
    sync('uid treesync'),
    sync('uid -v treesync'),
    run('uid -v treesync', { threads: true, settings: { 'tsd.core.tree.enable_processing': 'true' } }),
    ...['uid -v treepurge 1', 'uid treepurge 1', 'uid -v treepurge 1 true', 'uid -v treepurge 1 TRUE', 'uid -v treepurge 1 no'].map(sync),
    ...['uid -v treepurge x', 'uid -v treepurge 0', 'uid -v treepurge 70000', 'uid -v treepurge -- -1'].map(sync),
  ],
};

export const META_SCENARIOS = [metasync, metasyncRealtime, treesync];
