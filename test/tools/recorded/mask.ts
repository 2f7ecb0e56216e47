/** What differs from run to run, or from host to host, with what stands for it. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /, ''],
  [/\b\d+ ?ms\b/g, '<n>ms'],
  [/\((\d+(\.\d+)?|Infinity|NaN) points\/s\)/g, '(<n> points/s)'],
  [/\(~\d+ KV\/s\)/g, '(~<n> KV/s)'],
  [/ in \d+[.,]\d{3}s /g, ' in <n>s '],
  [/\btimestamp=\d+\)/g, 'timestamp=<ts>)'],
  [/write time: \(\d{13}( - [^)]*)?\)/g, 'write time: (<ts>)'],
  [/^net\.opentsdb\.tools .* built at revision .*/, 'net.opentsdb.tools <version>'],
  [/^Built on \d{4}.*/, 'Built on <date>'],
  [/ in \[\d+\] seconds/g, ' in [<n>] seconds'],
  [/scanner=Scanner\(.*/, 'scanner=<scanner>'],
];
/** Lines of a Java stack trace in a log: ours has none. */
const TRACE = /^(\tat |\t\.\.\. \d+ |(Caused by: )?([a-z]\w*\.)*[A-Z]\w*(Exception|Error|UniqueName|UniqueId)(: |$))/;

/** The first lines of the daemon's log, which ours begins when the command line is right. */
const BANNER = /TSDMain: (Starting\.$|net\.opentsdb\.tools |Built on )/;

/** @param dir,prefix of this run, taken out */
export function maskLines(text: string, dir: string, prefix: string): string[] {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines
    .filter((line) => !TRACE.test(line) && !BANNER.test(line))
    .map((line) => {
      let masked = line.replaceAll(dir, '$DIR');
      if (prefix !== '') masked = masked.replaceAll(prefix, '');
      for (const [pattern, replacement] of MASKS) masked = masked.replace(pattern, replacement);
      return masked;
    });
}

/** What threads say of themselves: how many there are, and what each of them has done. */
const ABOUT_THREADS = /Spooling up \[|Thread \[|: \[\d+\] (Complete|Finished)$/;

/** Lines that several threads write, each of them once, sorted and without the names of threads. */
export function maskThreads(lines: readonly string[]): string[] {
  const told = lines.filter((line) => !ABOUT_THREADS.test(line)).map((line) => line.replace(/^(\w+ +)\[[^\]]+\]/, '$1[<thread>]'));
  return [...new Set(told)].sort();
}
