import { asksForHelp, run, runs, type RunStep, type Scenario } from '../scenario';

const PRINTED = 'the line that the original builds and throws away is printed, and nothing waits for itself';
const shows = (line: string, ...stdout: string[]): RunStep => run(line, { ours: { why: PRINTED, code: 0, stdout } });
const FILES = {
  'points.txt':
    'sys.cpu 1356998400 1 host=web01\nsys.cpu 1356998460 2 host=web01\nsys.cpu 1356998400 3 host=web02 dc=lga\nnet.in 1356998400 3 host=web01 dc=lga\n',
};
const GONE = 'INFO  [main] Search: Gracefully shutdown the TSD';

export const searchErrors: Scenario = {
  name: 'search-errors',
  files: FILES,
  steps: [
    ...runs('mkmetric sys.cpu net.in', 'import $DIR/points.txt', 'search'),
    asksForHelp('search --help', 'Usage: search '),
    ...runs('search --unknown lookup', 'search --use_data_table lookup sys.cpu', 'search find x', 'search lookup'),
    ...runs(
      'search lookup unknown',
      'search lookup unknown --use-data-table',
      'search lookup nothing=here',
      'search lookup sys.cpu host=nobody',
      'search lookup sys.cpu =',
      'search lookup sys.cpu a',
      'search lookup sys.cpu host',
      'search lookup sys.cpu a=b=c',
      'search lookup sys.cpu',
      'search lookup *',
    ),
  ],
};

const SERIES = {
  user1: '000001000001000001 sys.cpu host=web01 ',
  user2: '000001000001000002000002000003 sys.cpu host=web02 dc=lga ',
  net: '000002000001000001000002000003 net.in host=web01 dc=lga ',
};
const SCANNING = 'WARN  [main] Search: NOTE: Scanning the full data table may take a long time';

export const search: Scenario = {
  name: 'search',
  files: FILES,
  steps: [
    ...runs('mkmetric sys.cpu net.in', 'import $DIR/points.txt'),
    shows('search --use-data-table lookup sys.cpu', SCANNING, SERIES.user1, SERIES.user2, GONE),
    shows('search lookup sys.cpu host=web01 --use-data-table', SCANNING, SERIES.user1, GONE),
    shows('search --use-data-table lookup host=web01', SCANNING, SERIES.user1, SERIES.net, GONE),
    shows('search --use-data-table lookup dc=', SCANNING, SERIES.user2, SERIES.net, GONE),
    shows('search --use-data-table lookup =web01', SCANNING, SERIES.user1, SERIES.net, GONE),
    shows('search --use-data-table lookup * dc=*', SCANNING, SERIES.user2, SERIES.net, GONE),
    shows('search --use-data-table lookup *', SCANNING, SERIES.user1, SERIES.user2, SERIES.net, GONE),
    run('search --use-data-table lookup net.in dc=nowhere'),
  ],
};

export const SEARCH_SCENARIOS = [searchErrors, search];
