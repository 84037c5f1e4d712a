import type { ReactNode } from 'react';
import { Switch } from '../controls/switch.tsx';
import { Kbd } from '../data/kbd.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { setPreference, usePreferences } from '../preferences.ts';
import { useShortcutList } from '../shortcuts.tsx';
import { Dialog } from './dialog.tsx';
import './shortcut-help.css';

const messages = defineMessages({
  vi: {
    title: 'Phím tắt đang dùng được',
    general: 'Chung',
    letters: 'Phím tắt một chữ cái',
    lettersHint: 'Tắt nếu bạn dùng phần mềm đọc màn hình, nhập bằng giọng nói hoặc hay bấm nhầm.',
  },
  en: {
    title: 'Shortcuts that work here',
    general: 'General',
    letters: 'Shortcuts of a single letter',
    lettersHint: 'Switch off if you use a screen reader, speak your input, or press keys by accident.',
  },
});

/** Every shortcut that works at this moment, as the screens registered them. */
export function ShortcutHelp({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const t = useT(messages);
  return (
    <Dialog open={open} onClose={onClose} title={t('title')} size="large">
      <ShortcutGroups />
    </Dialog>
  );
}

function ShortcutGroups(): ReactNode {
  const t = useT(messages);
  const { letterKeys } = usePreferences();
  const groups = Map.groupBy(useShortcutList(), (shortcut) => shortcut.group ?? t('general'));
  return (
    <>
      <div className="lt-shortcuts">
        {[...groups].map(([group, shortcuts]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {shortcuts.map(({ keys, label }) => (
                <div key={keys}>
                  <dt>{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Switch label={t('letters')} hint={t('lettersHint')} checked={letterKeys === 'on'} onChange={(on) => setPreference('letterKeys', on ? 'on' : 'off')} />
    </>
  );
}
