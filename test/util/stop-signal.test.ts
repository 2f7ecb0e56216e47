import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Stopper, type StopSignal } from '../../src/util/stop-signal';

/** What both kinds of signals do. */
const kinds: [string, () => { signal: StopSignal; abort: (reason: Error) => void }][] = [
  ['a stopper', () => ((stopper) => ({ signal: stopper, abort: (reason) => stopper.abort(reason) }))(new Stopper())],
  ["Node's", () => ((aborter) => ({ signal: aborter.signal, abort: (reason) => aborter.abort(reason) }))(new AbortController())],
];

describe.each(kinds)('%s', (_name, make) => {
  it('tells its listeners once, in order, and why', () => {
    const { signal, abort } = make();
    const told: string[] = [];
    const twice = (): void => void told.push('twice');
    signal.addEventListener('abort', () => told.push('first'), { once: true });
    signal.addEventListener('abort', twice);
    signal.addEventListener('abort', twice);
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    expect(() => signal.throwIfAborted()).not.toThrow();
    const reason = new Error('enough');
    abort(reason);
    abort(new Error('again'));
    expect(told).toEqual(['first', 'twice']);
    expect([signal.aborted, signal.reason]).toEqual([true, reason]);
    expect(() => signal.throwIfAborted()).toThrow(reason);
    signal.addEventListener('abort', twice);
    abort(reason);
    expect(told).toHaveLength(2);
  });

  it('does not tell those that were removed, in the midst of telling neither', () => {
    const { signal, abort } = make();
    const told: string[] = [];
    const late = (): void => void told.push('late');
    const gone = (): void => void told.push('gone');
    signal.addEventListener('abort', gone);
    signal.addEventListener('abort', () => {
      told.push('here');
      signal.removeEventListener('abort', late);
    });
    signal.addEventListener('abort', late);
    signal.removeEventListener('abort', gone);
    abort(new Error('enough'));
    expect(told).toEqual(['here']);
  });
});

it.each([
  ['sharedAborter()', false],
  ['new AbortController()', true],
])('%s with a hundred listeners: a warning %j', async (made, warns) => {
  const [hook, file] = [join(__dirname, '../support/ts-hook.cjs'), join(__dirname, '../../src/util/stop-signal.ts')];
  const program = `const { sharedAborter } = require(${JSON.stringify(file)}); const { signal } = ${made};
    for (let i = 0; i < 100; i++) signal.addEventListener('abort', () => i, { once: true });`;
  const { stderr } = await promisify(execFile)(process.execPath, ['-r', hook, '-e', program]);
  expect(stderr.includes('MaxListenersExceededWarning')).toBe(warns);
});
