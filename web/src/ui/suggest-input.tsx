import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api/http';

/** Between the last key and the question to the TSD. */
const PAUSE_MS = 120;

export interface SuggestInputProps {
  label: string;
  value: string;
  placeholder?: string;
  invalid?: boolean;
  class?: string;
  /** Names for what was typed, best first. */
  suggest(text: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Called when the user has finished: a suggestion taken, Enter, or the field left. */
  onCommit(value: string): void;
}

/** A text field that offers names: the ARIA pattern of an editable combo box. */
export function SuggestInput({ label, value, placeholder, invalid, class: className = '', suggest, onCommit }: SuggestInputProps) {
  const [text, setText] = useState(value);
  const [offers, setOffers] = useState<readonly string[]>([]);
  // the offer that the arrows are at; it stays when more is known; null: none
  const [active, setActive] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const asked = useRef<{ timer: number; aborter: AbortController } | null>(null);
  const list = useId();

  useEffect(() => setText(value), [value]);
  useEffect(() => () => cancel(), []);

  const cancel = (): void => {
    if (asked.current === null) return;
    clearTimeout(asked.current.timer);
    asked.current.aborter.abort();
    asked.current = null;
  };
  const ask = (typed: string): void => {
    cancel();
    const aborter = new AbortController();
    const timer = window.setTimeout(() => {
      suggest(typed, aborter.signal).then(
        (names) => {
          setOffers(names);
          setActive((name) => (name !== null && names.includes(name) ? name : null));
          setOpen(names.length > 0);
        },
        (error: unknown) => {
          if (!isAbort(error)) setOffers([]);
        },
      );
    }, PAUSE_MS);
    asked.current = { timer, aborter };
  };
  const close = (): void => {
    cancel();
    setOpen(false);
    setActive(null);
  };
  const commit = (chosen: string): void => {
    close();
    setText(chosen);
    if (chosen !== value) onCommit(chosen);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) return ask(text);
      // above the first and below the last is the text itself
      const stops = [null, ...offers];
      const at = stops.indexOf(active) + (event.key === 'ArrowDown' ? 1 : -1);
      setActive(stops[(at + stops.length) % stops.length]);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      commit(open && active !== null ? active : text.trim());
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };

  return (
    <div class={`suggest ${className}`}>
      <input
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && active !== null ? `${list}-${offers.indexOf(active)}` : undefined}
        aria-invalid={invalid === true ? 'true' : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={placeholder}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          ask(currentTarget.value);
        }}
        onFocus={() => ask(text)}
        onKeyDown={onKeyDown}
        onBlur={() => commit(text.trim())}
      />
      <ul class="offers" id={list} role="listbox" aria-label={label} hidden={!open}>
        {offers.map((offer, i) => (
          <li
            key={offer}
            id={`${list}-${i}`}
            role="option"
            aria-selected={offer === active}
            class={offer === active ? 'active' : ''}
            // before the field loses the focus
            onMouseDown={(event) => {
              event.preventDefault();
              commit(offer);
            }}
          >
            {offer}
          </li>
        ))}
      </ul>
    </div>
  );
}
