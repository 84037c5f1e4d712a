import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { classNames } from '../class-names.ts';
import type { Icon } from '../icons.ts';
import { Tooltip } from '../overlays/tooltip.tsx';
import './icon-button.css';

export type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label' | 'children'> & {
  icon: Icon;
  /** What it does: the accessible name and the tooltip. */
  label: string;
  /** Keys shown in the tooltip, such as `Mod+k`. */
  keys?: string | undefined;
  size?: 'normal' | 'small';
  /** A switch that is on. */
  pressed?: boolean | undefined;
  ref?: Ref<HTMLButtonElement> | undefined;
};

/** An action that is only a sign. Always has a name, shown on hover and focus. */
export function IconButton({ icon: Sign, label, keys, size = 'normal', pressed, className, ...rest }: IconButtonProps): ReactNode {
  return (
    <Tooltip text={label} keys={keys}>
      <button
        type="button"
        {...rest}
        className={classNames('lt-icon-button', size === 'small' && 'lt-icon-button--small', className)}
        aria-label={label}
        aria-pressed={pressed}
      >
        <Sign size={size === 'small' ? 16 : 18} aria-hidden="true" />
      </button>
    </Tooltip>
  );
}
