import { topic } from '../workers';
import type { Changes } from './types';

/** The index has been opened, and may be read. */
export const INDEX_OPENED = topic<null, null>('index opened');
/** Answered when the index has taken them in. */
export const INDEX_CHANGES = topic<Changes, null>('index changes');
/** Something has changed, and nobody knows what. */
export const INDEX_MISSED = topic<null, null>('index missed');
