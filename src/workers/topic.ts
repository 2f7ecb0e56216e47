/** A kind of question from worker to worker. Questions and answers are copied between processes: plain data and Buffers, no classes. */
export interface Topic<Question, Answer> {
  readonly name: string;
  /** Never set: it carries the types. */
  readonly types?: readonly [Question, Answer];
}

export function topic<Question, Answer>(name: string): Topic<Question, Answer> {
  return { name };
}
