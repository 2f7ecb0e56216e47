import { matchesNumber, SearchedText, type Matcher } from '../query/matcher';
import { SEARCHED_CHARACTERS } from '../query/words';

/** Custom fields of one thing that can be found, and characters of all its texts. */
const MAX_CUSTOM = 256;
const MAX_CHARACTERS = 16_384;

/** What is known of a thing beside its name, as the index keeps it: only what says something, and of long texts the beginning. */
export class FieldValues {
  private readonly texts = new Map<string, string>();
  private readonly numbers = new Map<string, number>();
  private readonly custom = new Map<string, string>();
  private readonly searched = new Map<string, SearchedText>();
  private room = MAX_CHARACTERS;

  /** Fields that are empty, and null, say nothing. */
  text(field: string, value: string | null): this {
    const kept = this.cut(value);
    if (kept !== '') this.texts.set(field, kept);
    return this;
  }

  /** Nothing is said by `otherwise`, what the field is when nobody has set it. */
  number(field: string, value: number, otherwise: number): this {
    if (!Object.is(value, otherwise)) this.numbers.set(field, value);
    return this;
  }

  customFields(fields: ReadonlyMap<string, string | null> | null): this {
    for (const [key, value] of fields ?? []) {
      if (this.custom.size === MAX_CUSTOM) break;
      const [name, kept] = [this.cut(key), this.cut(value)];
      if (kept !== '') this.custom.set(name, kept);
    }
    return this;
  }

  get isEmpty(): boolean {
    return this.texts.size + this.numbers.size + this.custom.size === 0;
  }

  /** Whether one of the values of a field fits. @param field null: of any text */
  matches(field: string | null, matcher: Matcher): boolean {
    const fits = (value: string): boolean => this.searchedText(value).fits(matcher);
    if (field === null) return some(this.texts.values(), fits) || some(this.custom.values(), fits);
    const [base, ...rest] = field.split('.');
    if (base.toLowerCase() === 'custom') {
      const key = rest.join('.').toLowerCase();
      return some(this.custom, ([name, value]) => (key === '' || name.toLowerCase() === key) && fits(value));
    }
    const name = field.toLowerCase();
    return (
      some(this.texts, ([text, value]) => text.toLowerCase() === name && fits(value)) ||
      some(this.numbers, ([number, value]) => number.toLowerCase() === name && matchesNumber(matcher, value))
    );
  }

  private cut(value: string | null): string {
    const kept = value === null ? '' : value.slice(0, Math.min(SEARCHED_CHARACTERS, this.room));
    this.room -= kept.length;
    return kept;
  }

  private searchedText(value: string): SearchedText {
    let text = this.searched.get(value);
    if (text === undefined) this.searched.set(value, (text = new SearchedText(value)));
    return text;
  }

  /** For `decode`; empty when it says nothing. */
  encode(): string {
    return this.isEmpty ? '' : JSON.stringify([[...this.texts], [...this.numbers].map(([name, n]) => [name, String(n)]), [...this.custom]]);
  }

  static decode(text: string): FieldValues {
    const values = new FieldValues();
    if (text === '') return values;
    const [texts, numbers, custom] = JSON.parse(text) as [string, string][][];
    for (const [name, value] of texts) values.texts.set(name, value);
    for (const [name, value] of numbers) values.numbers.set(name, Number(value));
    for (const [name, value] of custom) values.custom.set(name, value);
    return values;
  }
}

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}
