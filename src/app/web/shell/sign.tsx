import type { ReactNode } from 'react';

/** The product's sign: a way that leaves one station and reaches two. */
export function Sign(): ReactNode {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" fill="none" stroke="currentColor" strokeWidth="2.5" aria-hidden="true">
      <path d="M8 22V14a6 6 0 0 1 6-6h4M8 20a5 5 0 0 0 5 4h6" />
      <circle cx="8" cy="25" r="3" fill="currentColor" stroke="none" />
      <circle cx="23" cy="8" r="5.2" fill="currentColor" stroke="none" />
      <circle cx="23" cy="24" r="3.6" />
    </svg>
  );
}
