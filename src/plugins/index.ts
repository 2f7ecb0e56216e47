/**
 * Code of others in the daemon: finding and initialising it as the configuration names it, calling it so that its faults harm nobody, and
 * counting what becomes of the calls. The kinds of plugins themselves are described where they are called.
 */
export { GuardedPlugin, type PluginLimits } from './guarded-plugin';
export { loadNamedPlugin, loadPlugin, openPlugin, PluginNotFoundError } from './load-plugin';
export { PluginLoader } from './plugin-loader';
export type * from './types';
