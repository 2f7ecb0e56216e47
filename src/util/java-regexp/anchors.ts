import { lettersAndDigits, unicodeWord, LINE_TERMINATORS } from './predefined';
import type { CodePointSet } from './code-point-set';
import type { Anchor } from './tree';
import { unicodeSet } from './unicode';

const CR = 0x0d;
const LF = 0x0a;
const UNDERSCORE = 0x5f;

/** Whether an anchor matches between two characters of a text. `at` counts UTF-16 units. */
export function anchorHolds(anchor: Anchor, text: string, at: number): boolean {
  switch (anchor) {
    case 'input-start':
      return at === 0;
    case 'input-end':
      return at === text.length;
    case 'last-line-end':
      return at === text.length || (at >= text.length - 2 && isLineEnd(text, at) && at + lineBreakLength(text, at) === text.length);
    case 'last-unix-line-end':
      return at === text.length || (at === text.length - 1 && text.charCodeAt(at) === LF);
    case 'line-start':
      return at < text.length && (at === 0 || (isTerminator(text, at - 1) && !insideLineBreak(text, at)));
    case 'unix-line-start':
      return at < text.length && (at === 0 || text.charCodeAt(at - 1) === LF);
    case 'line-end':
      return at === text.length || isLineEnd(text, at);
    case 'unix-line-end':
      return at === text.length || text.charCodeAt(at) === LF;
    case 'word-boundary':
    case 'unicode-word-boundary':
      return isWordBoundary(text, at, anchor === 'unicode-word-boundary');
  }
}

function isTerminator(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c <= CR ? c === LF || c === CR : c >= 0x85 && LINE_TERMINATORS.has(c);
}

function insideLineBreak(text: string, at: number): boolean {
  return text.charCodeAt(at) === LF && text.charCodeAt(at - 1) === CR;
}

function isLineEnd(text: string, at: number): boolean {
  return isTerminator(text, at) && !insideLineBreak(text, at);
}

function lineBreakLength(text: string, at: number): number {
  return text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 1;
}

function isWordBoundary(text: string, at: number, unicode: boolean): boolean {
  return isWordPart(text, at, unicode) !== (at > 0 && isWordPart(text, startBefore(text, at), unicode));
}

/** Whether the character at `at` belongs to a word; a mark belongs to what it stands on. */
function isWordPart(text: string, at: number, unicode: boolean): boolean {
  const c = text.codePointAt(at);
  if (c === undefined) return false;
  if (c < 0x80) return c === UNDERSCORE || (c >= 0x30 && (c <= 0x39 || (c >= 0x41 && (c <= 0x5a || (c >= 0x61 && c <= 0x7a)))));
  const word: CodePointSet = unicode ? unicodeWord() : lettersAndDigits();
  return word.has(c) || (unicodeSet('Mn').has(c) && standsOnLetter(text, at));
}

function standsOnLetter(text: string, at: number): boolean {
  // One UTF-16 unit at a time, as the original goes: a letter of two of them carries no mark.
  for (let i = at - 1; i >= 0; i--) {
    const c = text.codePointAt(i) ?? 0;
    if (lettersAndDigits().has(c)) return true;
    if (!unicodeSet('Mn').has(c)) return false;
  }
  return false;
}

/** Where the character before a place begins. */
function startBefore(text: string, at: number): number {
  const pair = at > 1 && (text.codePointAt(at - 2) ?? 0) > 0xffff;
  return pair ? at - 2 : at - 1;
}
