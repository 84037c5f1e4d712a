import { Fragment, type ReactNode } from 'react';
import { keySigns } from '../shortcut-keys.ts';
import './kbd.css';

/** Keys as they are printed on the keyboard: `<Kbd keys="Mod+k" />`. */
export function Kbd({ keys }: { keys: string }): ReactNode {
  const isMac = navigator.userAgent.includes('Mac OS');
  return (
    <span className="lt-keys">
      {keySigns(keys, isMac).map((sign, index) => (
        <Fragment key={`${sign}${String(index)}`}>
          {index > 0 && ' '}
          <kbd className="lt-kbd">{sign}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
