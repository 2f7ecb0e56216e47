/** A number that the workers of a TSD add up, each its own part: what they hold together must stay below a limit. */
export interface SharedCount {
  /** What the other workers have, as far as is known: news take up to a tenth of a second. */
  readonly elsewhere: number;
  /** Told when `elsewhere` has changed. */
  onChange(listener: () => void): void;
}

/** Makes a shared count of a number that somebody keeps. @param own what this worker has now */
export type CountShared = (name: string, own: () => number) => SharedCount;

const NOBODY: SharedCount = { elsewhere: 0, onChange: () => {} };

/** There are no other workers. */
export const countAlone: CountShared = () => NOBODY;
