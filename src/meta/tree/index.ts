// Trees: series in branches, by rules. Definitions and rules (trees.ts), what has grown (branches.ts), and how series are placed.
export { branchJson, shownLeaves, type Leaf, type NamedLeaf } from './branch';
export { Branches } from './branches';
export { TreeGrowth } from './growth';
export { placeSeries, type Place } from './placing';
export { checkedLevel, checkedRegex, RuleDraft, ruleJson, ruleType, TREE_RULE, type TreeRule } from './rule';
export { checkTreeId, LAST_TREE, TreeDraft, treeJson, treeKey, type Tree } from './tree';
export { NoSuchRuleError, NoSuchTreeError, Trees, type UnplacedKind } from './trees';
