// Imports go one way: json <- schema <- storage, plugins <- uid <- write <- ingest, query, meta, rollup, histogram <- server, tools.
// util and config stand below everything and import nothing of the project but each other's types.
const below = {
  util: [],
  config: ['util'],
  json: ['util', 'config'],
  schema: ['util', 'json'],
  storage: ['util', 'config', 'json', 'schema'],
  plugins: ['util', 'config'],
  uid: ['util', 'config', 'json', 'schema', 'storage', 'plugins'],
  write: ['util', 'config', 'json', 'schema', 'storage', 'plugins', 'uid'],
  ingest: ['util', 'config', 'json', 'schema', 'storage', 'plugins', 'uid', 'write', 'rollup', 'histogram'],
  query: ['util', 'config', 'json', 'schema', 'storage', 'plugins', 'uid', 'meta', 'rollup', 'histogram'],
  meta: ['util', 'config', 'json', 'schema', 'storage', 'plugins', 'uid'],
  rollup: ['util', 'config', 'json', 'schema', 'storage', 'plugins', 'uid', 'write'],
  histogram: ['util', 'config', 'json', 'schema', 'storage', 'plugins', 'uid', 'write'],
  server: ['util', 'config', 'json', 'schema', 'storage', 'plugins', 'uid', 'write', 'ingest', 'query', 'meta', 'rollup', 'histogram'],
  tools: [
    'util',
    'config',
    'json',
    'schema',
    'storage',
    'plugins',
    'uid',
    'write',
    'ingest',
    'query',
    'meta',
    'rollup',
    'histogram',
    'server',
  ],
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
    { name: 'no-circular-types-in-query', severity: 'error', from: { path: '^src/query/' }, to: { circular: true } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
};
