import type { Scenario } from '../scenario';
import { FSCK_SCENARIOS } from './fsck';
import { IMPORT_SCENARIOS } from './import';
import { QUERY_SCENARIOS } from './query';
import { SCAN_SCENARIOS } from './scan';
import { SEARCH_SCENARIOS } from './search';
import { START_SCENARIOS } from './start';
import { UID_SCENARIOS } from './uid';
import { UID_FSCK_SCENARIOS } from './uid-fsck';
import { META_SCENARIOS } from './uid-meta';

export const SCENARIOS: readonly Scenario[] = [
  ...UID_SCENARIOS,
  ...UID_FSCK_SCENARIOS,
  ...META_SCENARIOS,
  ...IMPORT_SCENARIOS,
  ...SCAN_SCENARIOS,
  ...QUERY_SCENARIOS,
  ...SEARCH_SCENARIOS,
  ...FSCK_SCENARIOS,
  ...START_SCENARIOS,
];
