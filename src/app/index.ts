// The one place in which the parts of a TSD are made, opened and closed, for the daemon and the tools.
export { createDaemonApp, createToolApp, type App, type ToolNeeds } from './app';
export { closeApp, openApp } from './life';
export { createStore, withStore, type Store } from './store';
