import { join } from 'node:path';

/** The files that come with the program: what is served under /s/ unless a directory is configured, and the page. */
export const PACKAGED_STATIC_ROOT = join(__dirname, '..', '..', 'static');
