import { asksForHelp, run, runs, type Scenario } from '../scenario';

export const noTables: Scenario = {
  name: 'no-tables',
  withoutTables: true,
  files: { 'points.txt': 'm 1356998400 1 a=b\n' },
  steps: runs(
    'uid metrics m',
    'uid --uidtable nowhere metrics m',
    'uid grep m',
    'mkmetric m',
    'uid fsck',
    'uid metasync',
    'import $DIR/points.txt',
    'scan 1356998400 none m',
    'scan 1356998400 1357002000 none m --table nowhere',
    'query 1356998400 sum m',
    'search lookup m',
    'fsck --full-scan',
  ),
};

export const version: Scenario = { name: 'version', steps: runs('version', 'version --anything goes', 'version --help') };

export const tsdArguments: Scenario = {
  name: 'tsd-arguments',
  files: { 'a-file': '' },
  steps: [
    ...runs('tsd'),
    asksForHelp('tsd --help', 'Usage: tsd '),
    ...runs(
      'tsd --unknown',
      'tsd --port',
      'tsd --read-only',
      'tsd -v',
      'tsd --config=/no/such/file',
      'tsd --staticroot=$DIR',
      'tsd --staticroot= --cachedir=$DIR',
    ),
    ...runs(
      'tsd --staticroot=$DIR --cachedir=$DIR',
      'tsd --staticroot=$DIR --cachedir=$DIR --port=x',
      'tsd --staticroot=$DIR --cachedir=$DIR --port=',
    ),
    ...runs(
      'tsd --staticroot=$DIR/none --cachedir=$DIR --port=4242',
      'tsd --staticroot=$DIR/a-file --cachedir=$DIR --port=4242',
      'tsd --staticroot=$DIR --cachedir=$DIR/a-file --port=4242',
    ),
    ...runs('tsd --staticroot=$DIR --cachedir=$DIR --port=4242 --worker-threads=x'),
    run('tsd --staticroot=$DIR --cachedir=$DIR --port=4242', { settings: { 'tsd.core.connections.limit': 'x' } }),
  ],
};

export const settings: Scenario = {
  name: 'settings',
  files: { 'points.txt': 'm 1356998400 1 a=b\n' },
  steps: [
    run('uid metrics m', { settings: { 'tsd.storage.uid.width.metric': 'x' } }),
    run('scan 1356998400 none m', { settings: { 'tsd.storage.salt.width': 'x' } }),
    run('scan 1356998400 none m', { settings: { 'tsd.core.timezone': 'Nowhere/Here' } }),
    run('import $DIR/points.txt', { settings: { 'tsd.core.auto_create_metrics': 'true' } }),
    run('query 1356998400 1357002000 sum m', { settings: { 'tsd.mode': 'ro' } }),
    run('query 1356998400 1357002000 sum m --config=/no/such/file'),
  ],
};

export const START_SCENARIOS = [noTables, version, tsdArguments, settings];
