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
}
