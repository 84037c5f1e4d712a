import { Menu as BaseMenu } from '@base-ui/react/menu';
import Check from 'lucide-react/icons/check';
import type { ReactElement, ReactNode } from 'react';
import { classNames } from '../class-names.ts';
import { defineMessages, useT } from '../i18n.ts';
import type { Icon } from '../icons.ts';
import './menu.css';

export type MenuEntry =
  | { kind?: 'item'; id: string; label: string; hint?: string; icon?: Icon; danger?: boolean; onSelect: () => void }
  | { kind: 'check'; id: string; label: string; checked: boolean; onChange: (checked: boolean) => void }
  | { kind: 'choice'; id: string; label: string; value: string; options: readonly { value: string; label: string; hint?: string }[]; onChange: (value: string) => void }
  | { kind: 'separator'; id: string };

export type MenuProps = {
  /** The button that opens it. */
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  /** Something above the entries that is not one: who is signed in. */
  head?: ReactNode;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'right' | 'bottom' | 'left';
};

const messages = defineMessages({ vi: { menu: 'Thực đơn' }, en: { menu: 'Menu' } });

/** A few verbs behind one button. */
export function Menu({ trigger, entries, head, align = 'start', side = 'bottom' }: MenuProps): ReactNode {
  const t = useT(messages);
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      {/* A landmark of its own, because it hangs outside all others. */}
      <BaseMenu.Portal role="region" aria-label={t('menu')}>
        <BaseMenu.Positioner className="lt-menu-place" align={align} side={side} sideOffset={4} collisionPadding={8}>
          <BaseMenu.Popup className="lt-menu">
            {head !== undefined && <div className="lt-menu__head">{head}</div>}
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }): ReactNode {
  switch (entry.kind) {
    case 'separator':
      return <BaseMenu.Separator className="lt-menu__separator" />;
    case 'check':
      return (
        <BaseMenu.CheckboxItem className="lt-menu__item" checked={entry.checked} onCheckedChange={entry.onChange}>
          <span className="lt-menu__mark">
            <BaseMenu.CheckboxItemIndicator>
              <Check size={16} aria-hidden="true" />
            </BaseMenu.CheckboxItemIndicator>
          </span>
          <span className="lt-menu__text">{entry.label}</span>
        </BaseMenu.CheckboxItem>
      );
    case 'choice':
      return (
        <BaseMenu.Group>
          <BaseMenu.GroupLabel className="lt-menu__label">{entry.label}</BaseMenu.GroupLabel>
          <BaseMenu.RadioGroup value={entry.value} onValueChange={(value) => typeof value === 'string' && entry.onChange(value)}>
            {entry.options.map((option) => (
              <BaseMenu.RadioItem key={option.value} value={option.value} className="lt-menu__item" closeOnClick>
                <span className="lt-menu__mark">
                  <BaseMenu.RadioItemIndicator>
                    <span className="lt-menu__station" />
                  </BaseMenu.RadioItemIndicator>
                </span>
                <ItemText label={option.label} hint={option.hint} />
              </BaseMenu.RadioItem>
            ))}
          </BaseMenu.RadioGroup>
        </BaseMenu.Group>
      );
    default: {
      const Sign = entry.icon;
      return (
        <BaseMenu.Item className={classNames('lt-menu__item', entry.danger === true && 'lt-menu__item--danger')} onClick={entry.onSelect}>
          <span className="lt-menu__mark">{Sign && <Sign size={16} aria-hidden="true" />}</span>
          <ItemText label={entry.label} hint={entry.hint} />
        </BaseMenu.Item>
      );
    }
  }
}

function ItemText({ label, hint }: { label: string; hint: string | undefined }): ReactNode {
  return (
    <span className="lt-menu__text">
      {label}
      {hint !== undefined && <span className="lt-menu__hint">{hint}</span>}
    </span>
  );
}
