// Bundles web/src into static/page: index.html, one script and one style sheet, named by their contents so that browsers may keep them
// for ever. `bin/build` calls it; `node web/build.mjs --watch` builds again at every change.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { context } from 'esbuild';

const web = dirname(fileURLToPath(import.meta.url));
const out = join(web, '..', 'static', 'page');

/** Libraries whose code is in the script; their licences ask to be told of. */
const BUNDLED = ['preact', 'uplot'];

/** Writes what esbuild made under hashed names, then the page that names them, and last removes what no page names any more. */
function publish({ outputFiles, errors }) {
  if (errors.length > 0) return;
  mkdirSync(out, { recursive: true });
  const names = new Map();
  for (const { path, contents } of outputFiles) {
    const suffix = path.endsWith('.css') ? 'css' : 'js';
    const name = `page-${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.${suffix}`;
    writeFileSync(join(out, name), contents);
    names.set(suffix, name);
  }
  const html = readFileSync(join(web, 'index.html'), 'utf8').replace('{{style}}', names.get('css')).replace('{{script}}', names.get('js'));
  writeFileSync(join(out, 'index.html.new'), html);
  renameSync(join(out, 'index.html.new'), join(out, 'index.html'));
  const licences = BUNDLED.map((name) => `${name}\n\n${readFileSync(join(web, '..', 'node_modules', name, 'LICENSE'), 'utf8')}`);
  writeFileSync(join(out, 'licences.txt'), licences.join('\n\n'));
  const kept = new Set(['index.html', 'licences.txt', ...names.values()]);
  for (const name of readdirSync(out)) if (!kept.has(name)) rmSync(join(out, name));
}

const builder = await context({
  entryPoints: [join(web, 'src', 'main.tsx')],
  bundle: true,
  format: 'esm',
  target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
  minify: true,
  legalComments: 'none',
  banner: { js: '/* With Preact and uPlot, MIT licence: licences.txt beside this file. */' },
  write: false,
  outdir: out,
  tsconfig: join(web, 'tsconfig.json'),
  logLevel: 'info',
  plugins: [{ name: 'publish', setup: (build) => build.onEnd(publish) }],
});
if (process.argv.includes('--watch')) await builder.watch();
else {
  await builder.rebuild();
  await builder.dispose();
}
