import type { ComponentChildren } from 'preact';
import { Icon } from './icon';

interface Props {
  title: string;
  /** What the list is of, in the middle of a sentence. */
  of: string;
  filter: string;
  onFilter(filter: string): void;
  loading: boolean;
  onReload(): void;
  /** Further fields, between the filter and the button. */
  children?: ComponentChildren;
}

/** The head of a page that shows a list: its title, a filter, and a button that reads it anew. */
export function ListHead({ title, of, filter, onFilter, loading, onReload, children }: Props) {
  return (
    <div class="row page-head">
      <h1>{title}</h1>
      <input
        type="search"
        aria-label={`Filter ${of}`}
        placeholder="Filter"
        value={filter}
        onInput={({ currentTarget }) => onFilter(currentTarget.value)}
      />
      {children}
      <button type="button" class={`icon-only ${loading ? 'busy' : ''}`} aria-label="Reload" onClick={onReload}>
        <Icon name="reload" />
      </button>
    </div>
  );
}
