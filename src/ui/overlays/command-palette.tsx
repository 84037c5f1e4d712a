import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import Search from 'lucide-react/icons/search';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useCommandList, type Command } from '../commands.tsx';
import { Kbd } from '../data/kbd.tsx';
import { defineMessages, useT } from '../i18n.ts';
import { matchScore } from '../search-text.ts';
import './command-palette.css';

export type CommandPaletteProps = {
  open: boolean;
  onClose: () => void;
  /** Finds documents, people and agencies on the server. Called after a short pause in typing. */
  search?: (typed: string, signal: AbortSignal) => Promise<readonly Command[]>;
};

const messages = defineMessages({
  vi: {
    title: 'Tìm và thực hiện',
    placeholder: 'Văn bản, cơ quan, nơi cần đến, việc cần làm…',
    none: 'Không có gì khớp với “{typed}”.',
    results: '{count} kết quả',
    searching: 'Đang tìm…',
  },
  en: {
    title: 'Find and do',
    placeholder: 'Documents, agencies, places, things to do…',
    none: 'Nothing matches “{typed}”.',
    results: '{count} result | {count} results',
    searching: 'Searching…',
  },
});

const mostShown = 60;
const pauseMs = 180;

/** Everything from the keyboard: places, what the present screen offers, and what the server finds. */
export function CommandPalette({ open, onClose, search }: CommandPaletteProps): ReactNode {
  const t = useT(messages);
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="lt-dialog-scrim" />
        <BaseDialog.Popup className="lt-palette">
          <BaseDialog.Title className="read-by-screen-reader">{t('title')}</BaseDialog.Title>
          <PaletteBody onClose={onClose} search={search} />
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

function PaletteBody({ onClose, search }: { onClose: () => void; search: CommandPaletteProps['search'] }): ReactNode {
  const t = useT(messages);
  const id = useId();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const { found, searching } = useFound(typed, search);
  const groups = useMemo(() => Map.groupBy(found, (command) => command.group), [found]);
  const ordered = useMemo(() => [...groups.values()].flat(), [groups]);
  const activeIndex = Math.min(active, ordered.length - 1);

  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const steps: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(ordered.length - 1, activeIndex + step)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(ordered[activeIndex]);
    }
  };

  return (
    <>
      <div className="lt-palette__search">
        <Search size={18} aria-hidden="true" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={ordered.length === 0 ? undefined : `${id}-${String(activeIndex)}`}
          aria-label={t('title')}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={t('placeholder')}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        <Kbd keys="Escape" />
      </div>
      <p className="read-by-screen-reader" role="status">
        {searching ? t('searching') : t('results', { count: ordered.length })}
      </p>
      <PaletteList {...{ id, groups, ordered, activeIndex }} onPoint={setActive} onRun={run} />
      {ordered.length === 0 && !searching && <p className="lt-palette__none">{t('none', { typed })}</p>}
    </>
  );
}

type PaletteListProps = {
  id: string;
  groups: ReadonlyMap<string, readonly Command[]>;
  ordered: readonly Command[];
  activeIndex: number;
  onPoint: (index: number) => void;
  onRun: (command: Command) => void;
};

/** What was found under its headings; the active line stays in view. */
function PaletteList({ id, groups, ordered, activeIndex, onPoint, onRun }: PaletteListProps): ReactNode {
  const t = useT(messages);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [activeIndex, ordered]);
  return (
    <div className="lt-palette__list" role="listbox" id={`${id}-list`} aria-label={t('title')} ref={list}>
      {[...groups].map(([group, commands]) => (
        <div key={group} role="group" aria-label={group}>
          <div className="lt-palette__group" aria-hidden="true">
            {group}
          </div>
          {commands.map((command) => {
            const index = ordered.indexOf(command);
            return <PaletteItem key={command.id} id={`${id}-${String(index)}`} command={command} active={index === activeIndex} onPoint={() => onPoint(index)} onRun={() => onRun(command)} />;
          })}
        </div>
      ))}
    </div>
  );
}

type PaletteItemProps = { id: string; command: Command; active: boolean; onPoint: () => void; onRun: () => void };

function PaletteItem({ id, command, active, onPoint, onRun }: PaletteItemProps): ReactNode {
  const Sign = command.icon;
  return (
    <div className="lt-palette__item" role="option" id={id} aria-selected={active} onPointerMove={onPoint} onClick={onRun}>
      <span className="lt-palette__sign">{Sign && <Sign size={16} aria-hidden="true" />}</span>
      <span className="lt-palette__label">{command.label}</span>
      {command.hint !== undefined && <span className="lt-palette__hint">{command.hint}</span>}
      {command.keys !== undefined && <Kbd keys={command.keys} />}
    </div>
  );
}

function useFound(typed: string, search: CommandPaletteProps['search']): { found: readonly Command[]; searching: boolean } {
  const commands = useCommandList();
  const [remote, setRemote] = useState<{ typed: string; commands: readonly Command[] }>({ typed: '', commands: [] });
  const wanted = search === undefined ? '' : typed.trim();
  useEffect(() => {
    if (search === undefined || wanted === '') return undefined;
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      search(wanted, stop.signal).then(
        (found) => !stop.signal.aborted && setRemote({ typed: wanted, commands: found }),
        (error: unknown) => {
          if (stop.signal.aborted) return;
          setRemote({ typed: wanted, commands: [] }); // what is at hand is still offered
          reportError(error);
        },
      );
    }, pauseMs);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [search, wanted]);
  const found = useMemo(() => {
    const local = commands
      .map((command) => ({ command, score: matchScore(command.label, typed) }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score)
      .map(({ command }) => command);
    // While the next answer is on its way the last one stays, so that nothing jumps between two letters.
    return [...local, ...(wanted === '' ? [] : remote.commands)].slice(0, mostShown);
  }, [commands, typed, wanted, remote]);
  return { found, searching: wanted !== '' && remote.typed !== wanted };
}
