// Imports go one way: workers, json <- schema <- storage <- tables, plugins <- uid <- write <- ingest, query, meta, rollup, histogram, maintenance <- search <- app <- server <- tools.
// chart needs util only: the page takes parts of it.
// util and config stand below everything and import nothing of the project but each other's types.
const BASE = ['util', 'config', 'workers', 'json', 'schema', 'storage', 'tables', 'plugins'];
const WORK = ['write', 'ingest', 'query', 'meta', 'rollup', 'histogram', 'chart', 'maintenance', 'search'];
const below = {
  util: [],
  config: ['util'],
  workers: ['util', 'config'],
  json: ['util', 'config'],
  schema: ['util', 'json'],
  storage: ['util', 'config', 'json', 'schema'],
  tables: ['util', 'config', 'json', 'schema', 'storage'],
  plugins: ['util', 'config'],
  uid: BASE,
  write: [...BASE, 'uid'],
  ingest: [...BASE, 'uid', 'write', 'rollup', 'histogram'],
  query: [...BASE, 'uid', 'meta', 'rollup', 'histogram'],
  meta: [...BASE, 'uid'],
  search: [...BASE, 'uid', 'meta'],
  rollup: [...BASE, 'uid', 'write'],
  histogram: [...BASE, 'uid', 'write'],
  chart: ['util'],
  maintenance: [...BASE, 'uid', 'meta', 'rollup'],
  app: [...BASE, 'uid', ...WORK],
  server: [...BASE, 'uid', ...WORK, 'app'],
  tools: [...BASE, 'uid', ...WORK, 'app', 'server'],
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
    {
      name: 'page-draws-as-pictures',
      severity: 'error',
      comment: 'web knows the TSD by its HTTP API; of its code it takes only what is pure of src/chart',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/chart/(description\\.ts|thin\\.ts|format/|layout/stack\\.ts)' },
    },
    { name: 'no-circular', severity: 'error', comment: 'not even of types', from: {}, to: { circular: true } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
};
