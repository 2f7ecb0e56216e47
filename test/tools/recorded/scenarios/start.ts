import { run, runs, type Scenario } from '../scenario';

export const noTables: Scenario = {
  name: 'no-tables',
  withoutTables: true,
  files: { 'points.txt': 'm 1356998400 1 a=b\n' },
  steps: runs(
    'uid metrics m',
    'uid grep m',
    'mkmetric m',
    'uid fsck',
    'uid metasync',
    'import $DIR/points.txt',
    'scan 1356998400 none m',
    'query 1356998400 sum m',
    'search lookup m',
    'fsck --full-scan',
    'version',
    'version --anything goes',
  ),
};

export const tsdArguments: Scenario = {
  name: 'tsd-arguments',
  withoutTables: true,
  files: { 'a-file': '' },
  steps: [
    ...runs(
      'tsd',
      'tsd --help',
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
    run('tsd --staticroot=$DIR --cachedir=$DIR --port=4242', {
      settings: { 'tsd.startup.enable': 'true', 'tsd.startup.plugin': 'no.such.Plugin' },
    }),
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
    run('scan 1356998400 1357002000 none m --table nowhere'),
    run('import $DIR/points.txt --uidtable nowhere'),
  ],
};

export const START_SCENARIOS = [noTables, tsdArguments, settings];
