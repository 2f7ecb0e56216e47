import { matchesNumber, matchesText, type Matcher } from '../query/matcher';
import { SEARCHED_CHARACTERS } from '../query/words';

/** Custom fields of one thing that can be found. */
const MAX_CUSTOM = 256;

/** What is known of a thing beside its name, as the index keeps it: only what says something, and of long texts the beginning. */
export class FieldValues {
  private readonly texts = new Map<string, string>();
  private readonly numbers = new Map<string, number>();
  private readonly custom = new Map<string, string>();

  /** Fields that are empty, and null, say nothing. */
  text(field: string, value: string | null): this {
    if (value !== null && value !== '') this.texts.set(field, value.slice(0, SEARCHED_CHARACTERS));
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
      if (value !== null && value !== '') this.custom.set(key.slice(0, SEARCHED_CHARACTERS), value.slice(0, SEARCHED_CHARACTERS));
    }
    return this;
  }

  get isEmpty(): boolean {
    return this.texts.size + this.numbers.size + this.custom.size === 0;
  }

  /** Whether one of the values of a field fits. @param field null: of any text */
  matches(field: string | null, matcher: Matcher): boolean {
    const fits = (value: string): boolean => matchesText(matcher, value);
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
