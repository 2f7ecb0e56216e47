// Imports go one way: schema <- storage, plugins <- uid <- write <- ingest, query, meta, rollup, histogram <- server, tools.
// util and config stand below everything and import nothing of the project but each other's types.
const below = {
  util: [],
  config: ['util'],
  schema: ['util'],
  storage: ['util', 'config', 'schema'],
  plugins: ['util', 'config'],
  uid: ['util', 'config', 'schema', 'storage', 'plugins'],
  write: ['util', 'config', 'schema', 'storage', 'plugins', 'uid'],
  ingest: ['util', 'config', 'schema', 'storage', 'plugins', 'uid', 'write', 'rollup', 'histogram'],
  query: ['util', 'config', 'schema', 'storage', 'plugins', 'uid', 'meta', 'rollup', 'histogram'],
  meta: ['util', 'config', 'schema', 'storage', 'plugins', 'uid'],
  rollup: ['util', 'config', 'schema', 'storage', 'plugins', 'uid', 'write'],
  histogram: ['util', 'config', 'schema', 'storage', 'plugins', 'uid', 'write'],
  server: ['util', 'config', 'schema', 'storage', 'plugins', 'uid', 'write', 'ingest', 'query', 'meta', 'rollup', 'histogram'],
  tools: ['util', 'config', 'schema', 'storage', 'plugins', 'uid', 'write', 'ingest', 'query', 'meta', 'rollup', 'histogram', 'server'],
};
module.exports = {
  forbidden: [
    ...Object.entries(below).map(([room, may]) => ({
      name: `${room}-imports-downwards`,
      severity: 'error',
      comment: `src/${room} may import only ${[room, ...may].join(', ')}`,
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...may].join('|')})/` },
    })),
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
};
