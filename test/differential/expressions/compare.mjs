// How the answers of two TSDs to one expression are compared.

function message(body) {
  try {
    return JSON.parse(body).error?.message ?? null;
  } catch {
    return null;
  }
}

/** What of an error's text tells anything: classes with addresses and dumps of the original's objects are left out. */
function core(text) {
  return text?.replace(/ for ExpressionIterator.*/s, '').replace(/^net\.opentsdb.*' (\S+ error)$/s, '$1') ?? null;
}

function difference(a, b, path) {
  if (typeof a === 'number' && typeof b === 'number') return Object.is(a, b) || a === b ? null : `${path}: ${a} and ${b}`;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object')
    return a === b ? null : `${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    if (!(key in a) || !(key in b)) return `${path}.${key}: only ${key in a ? 'the original has it' : 'we have it'}`;
    const found = difference(a[key], b[key], `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

/** Null where both say the same: the same status and error, or the same JSON down to the last digit. */
export function sameAnswer(theirs, mine) {
  if (theirs.status !== mine.status) return `status ${theirs.status} and ${mine.status}`;
  if (theirs.status !== 200) {
    const [a, b] = [core(message(theirs.body)), core(message(mine.body))];
    return a === b ? null : `error ${a} and ${b}`;
  }
  try {
    return theirs.body === mine.body ? null : difference(JSON.parse(theirs.body), JSON.parse(mine.body), '');
  } catch (e) {
    return `not JSON: ${e.message}`;
  }
}

/** Whether docs/deviations.md says why the answers differ: the original fails where we answer. */
export function explained({ path }, theirs, mine) {
  const said = message(theirs.body) ?? theirs.body;
  if (path.includes('/gexp')) {
    // Of mistakes in several expressions we tell of those first that show before anything is computed.
    if (theirs.status === 400 && mine.status === 400 && path.split('&exp=').length > 2) return true;
    // Equal metrics, functions of functions over alias and series functions, and windows without a point.
    return /^Index \d+ out of bounds|^Wrong id\.length|^-1$|max_by_ts|"dp" is null/.test(said) && mine.status !== 500;
  }
  // Rows outside of the query window are not worked out.
  if (/ error$|result of type/.test(core(said)) && mine.body.includes('"setCount":0')) return true;
  // A result that is null has no text in the original, and a group without points stops it.
  return /because "dp" is null|getMessage\(\)" is null|^For input string/.test(said) && mine.status !== 500;
}
