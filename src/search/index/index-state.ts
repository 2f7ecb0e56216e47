import type { IndexStore } from './index-store';
import { keyOf } from './keys';

const WHOLE = keyOf('own', Buffer.from('whole'));
const POSITION = keyOf('own', Buffer.from('position'));
const UNTOLD = keyOf('own', Buffer.from('untold'));

/** What the index knows about itself. */
export class IndexState {
  constructor(private readonly store: IndexStore) {}

  /** @returns whether the index was in line with the tables when a daemon closed it last; from now on it counts as one that may not be */
  async begin(): Promise<boolean> {
    const isWhole = (await this.store.get(WHOLE)) !== null;
    await this.store.remove([WHOLE]);
    return isWhole;
  }

  /** It is in line with the tables, and nobody changes it any more. */
  end(): Promise<void> {
    return this.store.put([{ key: WHOLE }]);
  }

  /** How far the news of others are taken in. */
  async position(): Promise<string | null> {
    return (await this.store.get(POSITION))?.toString() ?? null;
  }

  setPosition(position: string): Promise<void> {
    return this.store.put([{ key: POSITION, value: Buffer.from(position) }]);
  }

  /** Whether something was changed of which others could not be told. */
  async hasUntold(): Promise<boolean> {
    return (await this.store.get(UNTOLD)) !== null;
  }

  setUntold(untold: boolean): Promise<void> {
    return untold ? this.store.put([{ key: UNTOLD }]) : this.store.remove([UNTOLD]);
  }
}
