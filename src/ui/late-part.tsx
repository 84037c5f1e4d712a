import { useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { Button } from './controls/button.tsx';
import { Banner } from './feedback/banner.tsx';
import { defineMessages, useT } from './i18n.ts';

const messages = defineMessages({
  vi: {
    title: 'Chưa tải được phần này của trang',
    text: 'Có thể mạng vừa đứt, hoặc hệ thống vừa được cập nhật. Những gì đã nhập vẫn còn: hãy thử lại; nếu vẫn vậy, lưu việc đang làm rồi tải lại trang.',
    retry: 'Thử lại',
    reload: 'Tải lại trang',
  },
  en: {
    title: 'This part of the page did not load',
    text: 'The network may have failed, or the system was just updated. What was entered is still here: try again; if it fails again, save your work and load the page anew.',
    retry: 'Try again',
    reload: 'Load the page anew',
  },
});

/**
 * A part of a screen whose code comes when it is first shown. Where it does not come, that is said in its place, and the rest of the
 * screen stays as it is: what was typed is not lost. `load` imports the module, `pick` takes the part out of it.
 */
export function latePart<Module, Props extends object>(load: () => Promise<Module>, pick: (module: Module) => ComponentType<Props>, waiting: ReactNode): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  let failures = 0;
  return function LatePart(props: Props): ReactNode {
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>(loaded === undefined ? 'loading' : 'loaded');
    useEffect(() => {
      if (state !== 'loading') return undefined;
      let isShown = true;
      loadAgain(load, failures).then(
        (module) => {
          loaded = pick(module);
          if (isShown) setState('loaded');
        },
        () => {
          failures += 1;
          if (isShown) setState('failed');
        },
      );
      return () => {
        isShown = false;
      };
    }, [state]);
    if (state === 'failed') return <NotLoaded onRetry={() => setState('loading')} />;
    const Part = loaded;
    return Part === undefined ? waiting : <Part {...props} />;
  };
}

/** Some browsers remember that a module did not come and do not ask for it a second time: where that may be, it is asked for under another address. */
async function loadAgain<Module>(load: () => Promise<Module>, failures: number): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    // Chromium and Firefox say which it was; where a browser does not, loading the page anew is left.
    const address = /https?:\/\/\S+\.js/.exec(String(error))?.[0];
    if (failures === 0 || address === undefined || new URL(address).origin !== window.location.origin) throw error;
    // safe because it is the very module that `load` imports
    return (await import(/* @vite-ignore */ `${address}?lan=${String(failures)}`)) as Module;
  }
}

function NotLoaded({ onRetry }: { onRetry: () => void }): ReactNode {
  const t = useT(messages);
  return (
    <Banner
      tone="danger"
      title={t('title')}
      actions={
        <>
          <Button size="small" onClick={onRetry}>
            {t('retry')}
          </Button>
          <Button size="small" variant="quiet" onClick={() => window.location.reload()}>
            {t('reload')}
          </Button>
        </>
      }
    >
      {t('text')}
    </Banner>
  );
}
