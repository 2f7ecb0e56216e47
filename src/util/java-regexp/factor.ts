import { choice, sequence, type PatternNode } from './tree';

type Characters = Extract<PatternNode, { kind: 'characters' }>;

/**
 * Writes `web01|web02|db01` as `web0(?:1|2)|db01`, whatever the order of the options: a long list of names then costs a
 * search as much as one name. For programs that ask only whether there is a match.
 */
export function factor(options: readonly PatternNode[]): readonly PatternNode[] {
  const groups = new Map<unknown, PatternNode[][]>();
  for (const option of options) {
    const items = option.kind === 'sequence' ? [...option.items] : [option];
    const [first] = items;
    // Whatever begins with no character has a group of its own.
    const key = first?.kind === 'characters' ? first.set : option;
    const group = groups.get(key);
    if (group) group.push(items);
    else groups.set(key, [items]);
  }
  if (groups.size === options.length) return options;
  return [...groups.values()].map((group) => {
    if (group.length === 1) return sequence(...group[0]);
    const length = commonLength(group);
    const rests = factor(group.map((items) => sequence(...items.slice(length))));
    return sequence(...group[0].slice(0, length), choice(...rests));
  });
}

function commonLength(group: readonly (readonly PatternNode[])[]): number {
  const [first] = group;
  let length = 0;
  while (length < first.length && group.every((items) => sameCharacters(items[length], first[length]))) length++;
  return length;
}

function sameCharacters(a: PatternNode | undefined, b: PatternNode): boolean {
  return isCharacters(a) && isCharacters(b) && a.set === b.set;
}

function isCharacters(node: PatternNode | undefined): node is Characters {
  return node?.kind === 'characters';
}
