import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Makes the object that a module is for: its default export (else all of it), an instance when that is a class, what it returns when that
 * is another function.
 * @param name a path, or the name of a package
 * @param directories where relative paths and packages are looked for, in this order
 * @throws the error of the module, or of finding it
 */
export async function instanceOfModule(name: string, directories: readonly string[]): Promise<unknown> {
  let exported = await importModule(name, directories);
  // An ES module's default stands one level down; in a CommonJS module made from one and then imported, two.
  for (let i = 0; i < 2; i++) if (typeof exported === 'object' && exported !== null && 'default' in exported) exported = exported.default;
  exported = onlyFunction(exported);
  if (typeof exported !== 'function') return exported;
  return isClass(exported) ? Reflect.construct(exported, []) : (exported as () => unknown)();
}

async function importModule(name: string, directories: readonly string[]): Promise<unknown> {
  const path = find(name, directories);
  const load = createRequire(path);
  try {
    return load(path) as unknown;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_REQUIRE_ESM' && code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return (await import(pathToFileURL(path).href)) as unknown;
  }
}

function find(name: string, directories: readonly string[]): string {
  let first: Error | null = null;
  for (const directory of directories) {
    const here = createRequire(join(resolve(directory), 'package.json'));
    for (const candidate of [resolve(directory, name), name]) {
      try {
        return here.resolve(candidate);
      } catch (error) {
        first ??= error as Error;
      }
    }
  }
  if (first !== null) throw first;
  throw new Error(`Cannot find module '${name}'`);
}

/** Of a module without default, the one function that it exports. */
function onlyFunction(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null) return exported;
  const functions = Object.values(exported).filter((value) => typeof value === 'function');
  return functions.length === 1 && isClass(functions[0] as object) ? functions[0] : exported;
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
