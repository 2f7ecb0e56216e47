import type { ValuePattern } from '../patterns';

type KeyType = 'string' | 'int' | 'float' | 'boolean' | 'list' | 'path';

export interface ConfigKey {
  name: string;
  type: KeyType;
  /** As text, the way it would stand in the file; null: absent unless set. */
  default: string | null;
  /** One line for conf/opentsdb.conf. */
  doc: string;
  /**
   * Set for keys that the original doesn't list in `/api/config` (its own without default, its storage client's, and this
   * project's): they appear there only when the operator has set them.
   */
  hidden?: boolean;
  /** Of a number, as people say it: milliseconds, seconds, bytes. */
  unit?: string;
  /** Bounds of a number, which may be it, too. Without `max`: what Java's int holds. */
  min?: number;
  max?: number;
  /** The values that there are, in any case; `exact`: in this one only. */
  choices?: readonly string[];
  exact?: boolean;
  /** What a text looks like. */
  pattern?: ValuePattern;
  /**
   * The original starts with a number outside of the bounds (`range`), or with what is no number, too (`any`): so does this, with a warning
   * and the default, or the largest number that makes sense.
   */
  tolerated?: 'range' | 'any';
  /** Of `choices`: what the original takes any other text for. It starts, and so does this, with a warning. */
  otherwise?: string;
  /** The switch without which the key is not read: then its value does not keep anything from starting. */
  onlyWith?: string;
}
