declare module 'fs-native-extensions' {
  /** Asks for an advisory lock on the whole file; false when another descriptor's lock is in its way. Never waits. */
  export function tryLock(fd: number, options?: { shared?: boolean }): boolean;
  export function unlock(fd: number): void;
}
