import { Tooltip as BaseTooltip } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from '../data/kbd.tsx';
import './tooltip.css';

export type TooltipProps = {
  text: ReactNode;
  keys?: string | undefined;
  /** One element that can take the focus. */
  children: ReactElement;
};

/** A word more on hover and focus. Never the only place where something is said. */
export function Tooltip({ text, keys, children }: TooltipProps): ReactNode {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger render={children} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner sideOffset={6} className="lt-tooltip-place">
          {/* Screen readers have the name of the thing itself; this only repeats it for the eye. */}
          <BaseTooltip.Popup className="lt-tooltip" aria-hidden="true">
            {text}
            {keys !== undefined && <Kbd keys={keys} />}
          </BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}

/** Lets neighbouring tooltips follow each other without a new delay. */
export function TooltipProvider({ children }: { children: ReactNode }): ReactNode {
  return <BaseTooltip.Provider delay={500}>{children}</BaseTooltip.Provider>;
}
