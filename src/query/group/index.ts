// From series to the groups that become output objects, and what they are called.
export { labelGroups, type Labels, type TagIds } from './labels';
export { groupSpans, type SpanGroup } from './span-group';
