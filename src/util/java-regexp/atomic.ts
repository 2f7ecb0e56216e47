import { choice, fixedWidth, notAhead, sequence, type PatternNode } from './tree';

/**
 * What matches as `(?>node)` does, which keeps the first way in which the node matches and never tries another, told
 * without giving up: by what must not follow. Possessive quantifiers are atomic groups around greedy ones.
 * @returns null when that can't be said
 */
export function atomic(node: PatternNode): PatternNode | null {
  // Where every way is as long as the others it makes no difference which one is kept.
  if (fixedWidth(node) !== null) return node;
  switch (node.kind) {
    case 'choice':
      return atomicChoice(node.options);
    case 'repeat':
      return atomicRepeat(node);
    case 'sequence':
      return atomicSequence(node.items);
    case 'group': {
      const kept = atomic(node.item);
      return kept && { ...node, item: kept };
    }
    default:
      return node;
  }
}

/** An option is taken only where none before it matches. */
function atomicChoice(options: readonly PatternNode[]): PatternNode | null {
  const result: PatternNode[] = [];
  for (const [i, option] of options.entries()) {
    const kept = atomic(option);
    if (kept === null) return null;
    result.push(i === 0 ? kept : sequence(notAhead(choice(...options.slice(0, i))), kept));
  }
  return choice(...result);
}

/** Only the last part may have a choice of where it ends: what follows a choice decides which one is kept. */
function atomicSequence(items: readonly PatternNode[]): PatternNode | null {
  const undecided = items.findIndex((item) => fixedWidth(item) === null);
  if (items.slice(undecided + 1).some((item) => fixedWidth(item) !== 0 || item.kind !== 'sequence')) return null;
  const kept = atomic(items[undecided]);
  return kept && sequence(...items.slice(0, undecided), kept);
}

/** A greedy loop ends where its limit is reached or where its body doesn't match once more. */
function atomicRepeat(node: Extract<PatternNode, { kind: 'repeat' }>): PatternNode | null {
  const { item, min, max } = node;
  if (min === 0 && max === 1) {
    const kept = atomic(item);
    return kept && (node.greedy ? choice(kept, notAhead(item)) : sequence());
  }
  if (fixedWidth(item) === null) return null;
  if (!node.greedy) return { ...node, max: min };
  if (max === Infinity) return sequence(node, notAhead(item));
  return choice({ ...node, min: max }, sequence({ ...node, max: max - 1 }, notAhead(item)));
}
