import { versionLines } from '../util/build-data';

/** `tsdb version`: two lines, exit code 0 whatever the arguments; reads no configuration. Mirrors BuildData.main. */
export function run(_argv: readonly string[], io: { stdout: NodeJS.WritableStream }): Promise<number> {
  io.stdout.write(versionLines());
  return Promise.resolve(0);
}
