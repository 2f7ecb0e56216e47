import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notifyServiceManager } from '../../src/util/service-manager';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'notify-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A systemd-notify that writes down what it is told. */
function fakeProgram(code: number): void {
  const program = join(directory, 'systemd-notify');
  writeFileSync(
    program,
    `#!/bin/sh\necho "$1 $NOTIFY_SOCKET" > "${directory}/told.part"; mv "${directory}/told.part" "${directory}/told"; exit ${code}\n`,
  );
  chmodSync(program, 0o755);
}

const env = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ PATH: `${directory}:/usr/bin:/bin`, ...more });

function told(): Promise<string> {
  const file = join(directory, 'told');
  return new Promise((resolve) => {
    const look = (): void => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve(readFileSync(file, 'utf8'));
    };
    const watcher = watch(directory, look);
    look();
  });
}

describe('notifyServiceManager', () => {
  it('has systemd-notify send the state', async () => {
    fakeProgram(0);
    const failed = jest.fn();
    notifyServiceManager('READY=1', failed, env({ NOTIFY_SOCKET: '/run/systemd/notify' }));
    expect(await told()).toBe('READY=1 /run/systemd/notify\n');
    expect(failed).not.toHaveBeenCalled();
  });

  it('starts nothing without a socket', () => {
    const failed = jest.fn();
    notifyServiceManager('READY=1', failed, { PATH: '/nowhere' });
    notifyServiceManager('READY=1', failed, { PATH: '/nowhere', NOTIFY_SOCKET: '' });
    expect(failed).not.toHaveBeenCalled();
  });

  it('says so when the program fails or is not there', async () => {
    fakeProgram(1);
    const message = (path: string): Promise<string> =>
      new Promise((resolve) => notifyServiceManager('READY=1', resolve, { PATH: path, NOTIFY_SOCKET: '/run/systemd/notify' }));
    expect(await message(`${directory}:/usr/bin:/bin`)).toBe('systemd was not told READY=1: systemd-notify ended with 1');
    expect(await message(join(directory, 'nowhere'))).toBe('systemd was not told READY=1: spawn systemd-notify ENOENT');
  });
});
