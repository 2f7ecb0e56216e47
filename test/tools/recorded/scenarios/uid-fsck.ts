import { counter, hex, mapping, run, runs, uid, type Cell, type Scenario, type Step } from '../scenario';

/** Looks, repairs what is repaired, looks again; then the table is emptied. */
function checked(cells: readonly Cell[], fix = 'uid -v fsck fix'): Step[] {
  return [{ cells }, ...runs('uid -v fsck', fix, "uid grep '.*'", 'uid -v fsck'), { clear: 'uid' }];
}

const forward = (kind: string, name: string, id: string): Cell => uid(name, 'id', kind, hex(id));
const reverse = (kind: string, id: string, name: string): Cell => uid(hex(id), 'name', kind, name);

const ENDED = ['INFO  [main] UidManager: Shutting down TSD....', 'INFO  [main] UidManager: Gracefully shutdown the TSD'];
const MISFIT = [
  'ERROR [main] UidManager: Invalid metrics ID of length 2 (expected: 3).  kv=KeyValue(key="a", family="id", qualifier="metrics", value=[0, 1], timestamp=<ts>)',
  'ERROR [main] UidManager: Forward metrics mapping is missing reverse mapping: a -> 0001',
  'ERROR [main] UidManager: metrics: Found 2 errors.',
];
const FOUND_TWO = 'WARN  [main] UidManager: 2 errors found.';

export const uidFsck: Scenario = {
  name: 'uid-fsck',
  steps: [
    ...runs('uid fsck', 'uid -v fsck', 'uid -v fsck fix', 'uid -v fsck delete_unknown', 'uid -v fsck fix delete_unknown other'),
    // Everything as it should be.
    ...checked([
      ...mapping('metrics', 'a', '000001'),
      ...mapping('metrics', 'b', '000002'),
      counter('metrics', 2),
      ...mapping('tagk', 'a', '000001'),
      counter('tagk', 1),
      ...mapping('tagv', 'x', '000001'),
      counter('tagv', 1),
    ]),
    // Metadata is passed over.
    ...checked([
      ...mapping('metrics', 'a', '000001'),
      counter('metrics', 1),
      uid(hex('000001'), 'name', 'metric_meta', '{}'),
      uid(hex('000001'), 'name', 'tagk_meta', '{}'),
      uid(hex('000001'), 'name', 'ts_meta', '{}'),
    ]),
    // 1: other qualifiers.
    ...checked([...mapping('metrics', 'a', '000001'), counter('metrics', 1), ...mapping('metric', 'a', '000001'), counter('metric', 1)]),
    ...checked(
      [...mapping('metrics', 'a', '000001'), counter('metrics', 1), ...mapping('other', 'a', '000001'), uid('zz', 'id', hex('ff00'), 'q')],
      'uid -v fsck fix delete_unknown',
    ),
    // 2: a counter of the wrong length.
    { cells: [...mapping('metrics', 'a', '000001'), uid(hex('00'), 'id', 'metrics', hex('00000001'))] },
    ...runs('uid -v fsck', 'uid -v fsck fix'),
    run("uid grep '.*'", {
      ours: { why: 'a counter that is no number is repaired', stdout: ['metrics \0: [0, 0, 0, 0, 0, 0, 0, 1]', 'metrics a: [0, 0, 1]'] },
    }),
    run('uid -v fsck', {
      ours: {
        why: 'a counter that is no number is repaired',
        code: 0,
        stdout: [
          'INFO  [main] UidManager: Running in log only mode',
          'INFO  [main] UidManager: Maximum ID for metrics: 1',
          'INFO  [main] UidManager: 3 KVs analyzed in <n>ms (~<n> KV/s)',
          'INFO  [main] UidManager: No errors found.',
          ...ENDED,
        ],
      },
    }),
    { clear: 'uid' },
    // 3: widths of row keys.
    ...checked([...mapping('metrics', 'a', '000001'), reverse('metrics', '00000002', 'b'), counter('metrics', 2)]),
    // 6: no reverse mapping.
    ...checked([forward('metrics', 'a', '000001'), counter('metrics', 1), forward('tagk', 'k', '000001'), counter('tagk', 1)]),
    // 7: the reverse mapping names somebody who exists.
    ...checked([
      ...mapping('metrics', 'a', '000001'),
      ...mapping('metrics', 'b', '000002'),
      reverse('metrics', '000001', 'b'),
      counter('metrics', 2),
    ]),
    // 7: two names share an id.
    ...checked([...mapping('metrics', 'a', '000001'), forward('metrics', 'b', '000001'), counter('metrics', 1)]),
    ...checked([
      ...mapping('tagv', 'c', '000001'),
      forward('tagv', 'a', '000001'),
      forward('tagv', 'b', '000001'),
      ...mapping('tagv', 'd', '000002'),
      counter('tagv', 2),
    ]),
    // 8: the reverse mapping names nobody.
    ...checked([forward('metrics', 'a', '000001'), reverse('metrics', '000001', 'gone'), counter('metrics', 1)]),
    // 9: no forward mapping.
    ...checked([...mapping('metrics', 'a', '000001'), reverse('metrics', '000002', 'b'), counter('metrics', 2)]),
    // 10: the forward mapping goes to another id, which has a reverse mapping.
    ...checked([...mapping('metrics', 'a', '000001'), reverse('metrics', '000002', 'a'), counter('metrics', 2)]),
    // 11: the forward mapping goes to another id, which has none.
    ...checked([forward('metrics', 'a', '000001'), reverse('metrics', '000002', 'a'), counter('metrics', 2)]),
    // The counter is ahead of the ids, or behind them, or missing.
    ...checked([...mapping('metrics', 'a', '000001'), counter('metrics', 5)]),
    ...checked([...mapping('metrics', 'a', '000007'), counter('metrics', 0)]),
    ...checked([...mapping('metrics', 'a', '000001'), ...mapping('metrics', 'b', '000009'), counter('metrics', 3)]),
    ...checked([...mapping('tagk', 'a', '000003')]),
    // Several at once.
    ...checked([
      forward('metrics', 'a', '000001'),
      forward('metrics', 'b', '000001'),
      reverse('metrics', '000001', 'c'),
      forward('tagk', 'k', '000005'),
      reverse('tagv', '000002', 'v'),
      counter('metrics', 1),
    ]),
    // Quiet without -v.
    { cells: [forward('metrics', 'a', '000001'), reverse('metrics', '000002', 'b'), counter('metrics', 2)] },
    ...runs('uid fsck', 'uid fsck fix', 'uid fsck'),
    { clear: 'uid' },
    // 4: a UID of another width than is configured ends the run.
    { cells: [forward('metrics', 'a', '0001'), counter('metrics', 1)] },
    run('uid -v fsck', {
      ours: {
        why: 'a UID of another width is an error as any other',
        code: 2,
        stdout: [
          'INFO  [main] UidManager: Running in log only mode',
          'INFO  [main] UidManager: Maximum ID for metrics: 1',
          ...MISFIT,
          'INFO  [main] UidManager: 2 KVs analyzed in <n>ms (~<n> KV/s)',
          FOUND_TWO,
          ...ENDED,
        ],
      },
    }),
    run('uid fsck fix', { ours: { why: 'a UID of another width is an error as any other', code: 2, stdout: [...MISFIT, FOUND_TWO] } }),
  ],
};

export const UID_FSCK_SCENARIOS = [uidFsck];
