import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface TextFieldProps {
  label: string;
  value: string;
  placeholder?: string;
  invalid?: boolean;
  disabled?: boolean;
  hint?: string;
  class?: string;
  /** No visible label: there is one beside it, or none is needed. */
  bare?: boolean;
  onCommit(value: string): void;
}

/** A text field that tells when it is left, or at Enter; not at every key. */
export function TextField({ label, value, placeholder, invalid, disabled, hint, class: className = '', bare, onCommit }: TextFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const commit = (): void => void (text !== value && onCommit(text.trim()));
  const input = (
    <input
      type="text"
      aria-label={label}
      aria-invalid={invalid === true ? 'true' : undefined}
      title={hint}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      placeholder={placeholder}
      disabled={disabled}
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={commit}
      onKeyDown={({ key }) => void (key === 'Enter' && commit())}
    />
  );
  if (bare) return <span class={`field bare ${className}`}>{input}</span>;
  return (
    <label class={`field ${className}`}>
      <span>{label}</span>
      {input}
    </label>
  );
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  bare?: boolean;
  disabled?: boolean;
  class?: string;
  onChange(value: T): void;
}

/** A list to choose from. A value that is not among the options is one of them all the same: the address may name what this TSD has not. */
export function Select<T extends string>({ label, value, options, bare, disabled, class: className = '', onChange }: SelectProps<T>) {
  const shown = options.some(([option]) => option === value) ? options : [...options, [value, value] as const];
  const select = (
    <select
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={({ currentTarget }) => {
        const chosen = shown.find(([option]) => option === currentTarget.value);
        if (chosen) onChange(chosen[0]);
      }}
    >
      {shown.map(([option, text]) => (
        <option key={option} value={option} selected={option === value}>
          {text}
        </option>
      ))}
    </select>
  );
  if (bare) return <span class={`field bare ${className}`}>{select}</span>;
  return (
    <label class={`field ${className}`}>
      <span>{label}</span>
      {select}
    </label>
  );
}

interface CheckProps {
  checked: boolean;
  title?: string;
  disabled?: boolean;
  onChange(checked: boolean): void;
  children: ComponentChildren;
}

export function Check({ checked, title, disabled, onChange, children }: CheckProps) {
  return (
    <label class="check" title={title}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
