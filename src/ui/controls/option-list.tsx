import Check from 'lucide-react/icons/check';
import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import { classNames } from '../class-names.ts';
import { useT } from '../i18n.ts';
import { comboboxMessages } from './combobox-messages.ts';
import { groupOptions, isChosen, type ComboboxOption } from './combobox-options.ts';
import type { ComboboxState } from './combobox-state.ts';
import '../overlays/menu.css';

type OptionListProps = {
  state: ComboboxState;
  label: string;
  values: ReadonlySet<string>;
  multiple: boolean;
  loading: boolean;
  /** The box under which the list hangs. */
  anchor: RefObject<HTMLElement | null>;
  onPick: (option: ComboboxOption) => void;
};

/** The list of a combobox, above everything else on the screen and yet inside its own form. */
export function OptionList({ state, label, values, multiple, loading, anchor, onPick }: OptionListProps): ReactNode {
  const t = useT(comboboxMessages);
  const frame = useRef<HTMLDivElement>(null);
  useHangingUnder(frame, anchor);
  useEffect(() => {
    frame.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
  }, [state.activeIndex, state.shown]);
  let index = -1;
  return (
    // Pressing here leaves the focus in the box.
    <div ref={frame} className="lt-option-list" popover="manual" onPointerDown={(event) => event.preventDefault()} onMouseDown={(event) => event.preventDefault()}>
      <div className="lt-option-list__scroll" role="listbox" id={state.listId} aria-label={label} aria-multiselectable={multiple || undefined}>
        {groupOptions(state.shown).map((group) => (
          <div key={group.name} role={group.name === '' ? 'presentation' : 'group'} aria-label={group.name === '' ? undefined : group.name}>
            {group.name !== '' && (
              <div className="lt-menu__label" aria-hidden="true">
                {group.name}
              </div>
            )}
            {group.options.map((option) => {
              index += 1;
              return <OptionLine key={option.value} {...{ option, state, index, onPick }} chosen={isChosen(option, values)} />;
            })}
          </div>
        ))}
      </div>
      {state.shown.length === 0 && (
        <p className="lt-option-list__note" role="status">
          {loading ? t('loading') : state.typed === undefined || state.typed === '' ? t('empty') : t('none', { typed: state.typed })}
        </p>
      )}
      {state.hidden > 0 && <p className="lt-option-list__note lt-option-list__note--more">{t('more', { count: state.hidden })}</p>}
    </div>
  );
}

type OptionLineProps = { option: ComboboxOption; state: ComboboxState; index: number; chosen: boolean; onPick: (option: ComboboxOption) => void };

function OptionLine({ option, state, index, chosen, onPick }: OptionLineProps): ReactNode {
  const t = useT(comboboxMessages);
  const active = index === state.activeIndex;
  const hint = option.members === undefined ? option.hint : t('members', { count: option.members.length });
  return (
    <div
      role="option"
      id={state.optionId(index)}
      className={classNames('lt-menu__item', 'lt-option-list__option')}
      data-active={active ? '' : undefined}
      data-highlighted={active ? '' : undefined}
      data-disabled={option.disabled === true ? '' : undefined}
      aria-disabled={option.disabled === true ? true : undefined}
      aria-selected={chosen}
      onPointerMove={() => state.setActive(index)}
      onClick={() => option.disabled !== true && onPick(option)}
    >
      <span className="lt-menu__mark">{chosen && <Check size={16} aria-hidden="true" />}</span>
      <span className="lt-menu__text">{option.label}</span>
      {hint !== undefined && <span className="lt-option-list__hint">{hint}</span>}
    </div>
  );
}

const gapPx = 4;
const mostHeightPx = 384;

/** Keeps the list at its box, below it or above where there is more room, while anything scrolls. */
function useHangingUnder(frame: RefObject<HTMLDivElement | null>, anchor: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const list = frame.current;
    const box = anchor.current;
    if (list === null || box === null) return undefined;
    const place = () => {
      const { top, bottom, left, width } = box.getBoundingClientRect();
      const below = window.innerHeight - bottom - 2 * gapPx;
      const above = top - 2 * gapPx;
      const up = below < Math.min(220, mostHeightPx) && above > below;
      const listWidth = Math.min(Math.max(width, 288), window.innerWidth - 2 * gapPx);
      Object.assign(list.style, {
        left: `${String(Math.max(gapPx, Math.min(left, window.innerWidth - listWidth - gapPx)))}px`,
        width: `${String(listWidth)}px`,
        top: up ? 'auto' : `${String(bottom + gapPx)}px`,
        bottom: up ? `${String(window.innerHeight - top + gapPx)}px` : 'auto',
        maxHeight: `${String(Math.min(mostHeightPx, up ? above : below))}px`,
      });
    };
    place();
    // Browsers without the top layer (before Chrome 114) show it in place, by its z-index.
    if ('showPopover' in list) list.showPopover();
    const observer = new ResizeObserver(place);
    observer.observe(box);
    window.addEventListener('scroll', place, { capture: true, passive: true });
    window.addEventListener('resize', place);
    return () => {
      observer.disconnect();
      window.removeEventListener('scroll', place, { capture: true });
      window.removeEventListener('resize', place);
    };
  }, [frame, anchor]);
}
