import type { ReactNode } from 'react';
import { foldText } from '../search-text.ts';
import './avatar.css';

export type AvatarProps = { name: string; size?: 'small' | 'normal' | 'large' };

const hues = ['cham', 'ngoc', 'lua', 'muc'] as const;

/** A person's initials: family name and given name, as `NA` for Nguyễn Văn An. Always beside the written name. */
export function Avatar({ name, size = 'normal' }: AvatarProps): ReactNode {
  return (
    <span className={`lt-avatar lt-avatar--${size} lt-avatar--${hueOf(name)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words.at(0)?.slice(0, 1) ?? '';
  const last = words.length > 1 ? (words.at(-1)?.slice(0, 1) ?? '') : '';
  return (first + last).toLocaleUpperCase('vi');
}

function hueOf(name: string): (typeof hues)[number] {
  let sum = 0;
  for (const sign of foldText(name)) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973;
  return hues[sum % hues.length] ?? 'muc';
}
