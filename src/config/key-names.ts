/** Names of keys for messages that other rooms make: only src/config knows keys. */
export const KEY_NAMES = {
  port: 'tsd.network.port',
  bind: 'tsd.network.bind',
  staticRoot: 'tsd.http.staticroot',
  cacheDir: 'tsd.http.cachedir',
  connectionsLimit: 'tsd.core.connections.limit',
  workerThreads: 'tsd.network.worker_threads',
  embeddedPath: 'tsd.storage.embedded.path',
  spoolPath: 'tsd.storage.spool.path',
  authenticationPlugin: 'tsd.core.authentication.plugin',
  httpRpcPlugins: 'tsd.http.rpc.plugins',
  rpcPlugins: 'tsd.rpc.plugins',
  histogramCodecs: 'tsd.core.histograms.config',
} as const;
