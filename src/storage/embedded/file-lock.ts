/** An advisory lock on a file, among all processes of the machine. The system takes it back when its holder ends, however it ends. */
import { closeSync, openSync } from 'node:fs';
import { tryLock, unlock } from 'fs-native-extensions';

export class FileLock {
  private fd: number;

  /**
   * @param path made when it is missing, empty
   * @throws the system's error when the file can't be opened for writing
   */
  constructor(path: string) {
    this.fd = openSync(path, 'a+', 0o664);
  }

  /** Takes or changes the lock, if nobody else's is in its way. */
  tryShared(): boolean {
    return tryLock(this.fd, { shared: true });
  }

  tryExclusive(): boolean {
    return tryLock(this.fd);
  }

  release(): void {
    unlock(this.fd);
  }

  /** Releases as well. */
  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }
}
