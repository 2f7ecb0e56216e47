import { javaBytes } from '../schema/bytes';
import type { JavaNamed } from '../util/errors';

/** No UID is assigned to a name. Mirrors NoSuchUniqueName. */
export class NoSuchUniqueName extends Error implements JavaNamed {
  constructor(
    readonly kind: string,
    readonly uniqueName: string,
  ) {
    super(`No such name for '${kind}': '${uniqueName}'`);
    this.name = 'NoSuchUniqueName';
  }

  get javaClass(): string {
    return 'net.opentsdb.uid.NoSuchUniqueName';
  }
}

/** No name is assigned to a UID. Mirrors NoSuchUniqueId. */
export class NoSuchUniqueId extends Error implements JavaNamed {
  constructor(
    readonly kind: string,
    readonly id: Buffer,
  ) {
    super(`No such unique ID for '${kind}': ${javaBytes(id)}`);
    this.name = 'NoSuchUniqueId';
  }

  get javaClass(): string {
    return 'net.opentsdb.uid.NoSuchUniqueId';
  }
}

/** The protocol gave up, or a filter refused the name. Mirrors FailedToAssignUniqueIdException. */
export class FailedToAssignUniqueId extends Error implements JavaNamed {
  private constructor(
    message: string,
    readonly kind: string,
    readonly uniqueName: string,
    readonly attempts: number,
  ) {
    super(message);
    this.name = 'FailedToAssignUniqueId';
  }

  get javaClass(): string {
    return 'net.opentsdb.uid.FailedToAssignUniqueIdException';
  }

  /** Nothing was tried: a filter refused the name. */
  get byFilter(): boolean {
    return this.attempts === 0;
  }

  static refused(kind: string, name: string, reason: string): FailedToAssignUniqueId {
    return new FailedToAssignUniqueId(
      `Failed to assign ID for kind='${kind}' name='${name}' after 0 attempts due to: ${reason}`,
      kind,
      name,
      0,
    );
  }

  static collided(kind: string, name: string, attempts: number): FailedToAssignUniqueId {
    return new FailedToAssignUniqueId(
      `Failed to assign random ID for kind='${kind}' name='${name}' after ${attempts} attempts`,
      kind,
      name,
      attempts,
    );
  }
}
