import type { PatternNode } from './tree';

/**
 * Whether Java surely sees how long a look-behind group can get. It refuses loops without a limit and loops over choices,
 * and takes some of them for shorter than they are.
 */
export function isBounded(node: PatternNode): boolean {
  switch (node.kind) {
    case 'characters':
    case 'anchor':
    case 'look':
      return true;
    case 'sequence':
      return node.items.every(isBounded);
    case 'choice':
      return node.options.every(isBounded);
    case 'group':
      return isBounded(node.item);
    case 'repeat':
      if (node.min === 0 && node.max === 1) return isBounded(node.item);
      return node.max <= MAX_COUNT && isPlain(node.item);
  }
}

/** Counts beyond it overflow in the original. */
const MAX_COUNT = 10_000;

/** Whether there is one way at most in which a node matches. */
function isPlain(node: PatternNode): boolean {
  switch (node.kind) {
    case 'choice':
      return false;
    case 'sequence':
      return node.items.every(isPlain);
    case 'group':
      return isPlain(node.item);
    case 'repeat':
      return node.min === node.max && node.max <= MAX_COUNT && isPlain(node.item);
    default:
      return true;
  }
}
