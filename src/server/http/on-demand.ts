import type { HttpHandler } from './types';

/** A handler whose modules are loaded with its first call: a daemon that nobody asks for it starts sooner, and smaller. */
export const onDemand =
  (load: () => HttpHandler): HttpHandler =>
  (call) =>
    load()(call);
