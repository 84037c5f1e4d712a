import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { classNames } from '../class-names.ts';
import type { Icon } from '../icons.ts';
import { Link } from '../navigation.tsx';
import './button.css';

export type ButtonVariant = 'primary' | 'quiet' | 'plain' | 'danger';

type ButtonLook = {
  /** One primary action a screen; quiet for the rest; plain inside lists and bars; danger for what cannot be undone. */
  variant?: ButtonVariant;
  size?: 'normal' | 'small';
  icon?: Icon | undefined;
};

export type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> &
  ButtonLook & {
    /** Keeps its width, cannot be pressed again, and says so to screen readers. */
    loading?: boolean;
    disabled?: boolean;
    ref?: Ref<HTMLButtonElement> | undefined;
  };

/** A verb that can be pressed. Its words are short: Trình, Ký, Phát hành. */
export function Button({ variant = 'quiet', size = 'normal', icon, loading = false, disabled = false, className, children, onClick, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      className={classNames('lt-button', `lt-button--${variant}`, size === 'small' && 'lt-button--small', loading && 'lt-button--loading', className)}
      disabled={disabled}
      aria-busy={loading || undefined}
      aria-disabled={loading || undefined}
      onClick={loading ? (event) => event.preventDefault() : onClick}
    >
      <ButtonContent icon={icon}>{children}</ButtonContent>
      {loading && <span className="lt-button__spinner" aria-hidden="true" />}
    </button>
  );
}

export type ButtonLinkProps = ButtonLook & { to: string; children: ReactNode };

/** A link that looks like a button: for going somewhere, not for doing something. */
export function ButtonLink({ variant = 'quiet', size = 'normal', icon, children, to }: ButtonLinkProps): ReactNode {
  return (
    <Link to={to} className={classNames('lt-button', `lt-button--${variant}`, size === 'small' && 'lt-button--small')}>
      <ButtonContent icon={icon}>{children}</ButtonContent>
    </Link>
  );
}

function ButtonContent({ icon: Sign, children }: { icon: Icon | undefined; children: ReactNode }): ReactNode {
  return (
    <span className="lt-button__content">
      {Sign && <Sign size={16} aria-hidden="true" />}
      {children}
    </span>
  );
}
