/**
 * Says whether names match a pattern in which `*` stands for any characters and `?` for one; all others for themselves. Time grows with the length of the
 * pattern times that of the name at worst.
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  return (name) => matches(pattern, name);
}

/** What all names that match begin with. */
export function globPrefix(pattern: string): string {
  return pattern.slice(0, pattern.search(/[*?]|$/));
}

function matches(pattern: string, name: string): boolean {
  let [at, position] = [0, 0];
  // Where to go on when the present try fails: behind the last star, and one character further in the name.
  let [star, from] = [-1, 0];
  while (position < name.length) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at++;
      from = position;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[position])) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++from;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
