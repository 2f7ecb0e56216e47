import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { UidKind } from '../types';

const MAC_BYTES = 16;

/** Which way a mapping was read: a reading of one direction says nothing of the other. */
export type Direction = 'forward' | 'reverse';

/**
 * Authenticates what goes through Redis with a secret that only processes with access to the UID table have. What anybody else puts there, or
 * moves from one key, kind, cluster or generation to another, does not open.
 */
export class Seal {
  /** Tells UID tables apart; gives nothing of the secret away. */
  readonly fingerprint: string;

  constructor(readonly secret: Buffer) {
    this.fingerprint = createHash('sha256').update('tsdb uid table').update(secret).digest('hex').slice(0, 16);
  }

  /** The value of a Redis key: a code over the whole mapping, then the half of it that the key doesn't say. */
  close(direction: Direction, kind: UidKind, generation: number, name: string, id: Buffer): Buffer {
    return Buffer.concat([this.code(direction, kind, generation, name, id), direction === 'forward' ? id : Buffer.from(name, 'utf8')]);
  }

  /** The UID that a value of {@link close} gives a name; null when it is not one for this name, kind and generation. */
  openId(kind: UidKind, generation: number, name: string, value: Buffer): Buffer | null {
    const id = value.subarray(MAC_BYTES);
    return this.isGenuine(value, this.code('forward', kind, generation, name, id)) ? Buffer.from(id) : null;
  }

  /** The name that a value of {@link close} gives a UID; null when it is not one for this UID, kind and generation. */
  openName(kind: UidKind, generation: number, id: Buffer, value: Buffer): string | null {
    const name = value.subarray(MAC_BYTES).toString('utf8');
    return this.isGenuine(value, this.code('reverse', kind, generation, name, id)) ? name : null;
  }

  closeText(text: string): string {
    return this.textCode(text).toString('base64url') + text;
  }

  openText(sealed: string): string | null {
    const codeLength = Math.ceil((MAC_BYTES * 4) / 3);
    const text = sealed.slice(codeLength);
    const code = Buffer.from(sealed.slice(0, codeLength), 'base64url');
    return this.isGenuine(code, this.textCode(text)) ? text : null;
  }

  private isGenuine(value: Buffer, code: Buffer): boolean {
    return value.length >= MAC_BYTES && timingSafeEqual(value.subarray(0, MAC_BYTES), code);
  }

  private code(direction: Direction, kind: UidKind, generation: number, name: string, id: Buffer): Buffer {
    // No part can run into the next: the text before the id is ended by a byte that it can't contain, and the id by its length in it.
    const hmac = createHmac('sha256', this.secret)
      .update(`${direction} ${kind} ${generation} ${id.length}\0`)
      .update(id)
      .update(name, 'utf8');
    return hmac.digest().subarray(0, MAC_BYTES);
  }

  private textCode(text: string): Buffer {
    return createHmac('sha256', this.secret).update('notice\0').update(text, 'utf8').digest().subarray(0, MAC_BYTES);
  }
}
