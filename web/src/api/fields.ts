// Answers are read field by field: what is missing or of another type is empty, and nothing is taken on trust.

/** The fields of an object of an answer; none of anything else. */
export const fields = (value: unknown): Map<string, unknown> =>
  new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []);

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
export const textsOf = (value: unknown): string[] => listOf(value).map(textOf);
/** A number, also one that stands as text; 0 for anything else. */
export const numberOf = (value: unknown): number => {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isNaN(number) ? 0 : number;
};
