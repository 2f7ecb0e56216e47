/** `a / b` of two doubles as the original's expressions have it: a division by zero gives 0. */
export function divide(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** `a % b` of two doubles, with the sign of `a`; 0 where `b` is zero. */
export function remainder(a: number, b: number): number {
  return b === 0 ? 0 : a % b;
}
