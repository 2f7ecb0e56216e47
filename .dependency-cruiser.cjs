// Imports go one way: schema <- storage <- uid <- write, query, meta, rollup, histogram <- server, tools.
// util and config stand below everything and import nothing of the project but each other's types.
const below = {
  util: [],
  config: ['util'],
  schema: ['util'],
  storage: ['util', 'config', 'schema'],
  uid: ['util', 'config', 'schema', 'storage'],
  write: ['util', 'config', 'schema', 'storage', 'uid'],
  query: ['util', 'config', 'schema', 'storage', 'uid', 'meta', 'rollup', 'histogram'],
  meta: ['util', 'config', 'schema', 'storage', 'uid'],
  rollup: ['util', 'config', 'schema', 'storage', 'uid', 'write'],
  histogram: ['util', 'config', 'schema', 'storage', 'uid', 'write'],
  server: ['util', 'config', 'schema', 'storage', 'uid', 'write', 'query', 'meta', 'rollup', 'histogram'],
  tools: ['util', 'config', 'schema', 'storage', 'uid', 'write', 'query', 'meta', 'rollup', 'histogram', 'server'],
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
