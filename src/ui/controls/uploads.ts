import { useCallback, useEffect, useRef, useState } from 'react';
import type { UploadOptions } from '../api-context.tsx';
import { ApiError } from '../api-error.ts';
import { formatBytes } from '../format.ts';
import { defineMessages, useLanguage, useT } from '../i18n.ts';

export type UploadState = 'waiting' | 'sending' | 'paused' | 'done' | 'failed' | 'refused';

export type Upload<Result> = {
  id: string;
  file: File;
  state: UploadState;
  sentBytes: number;
  /** What went wrong, in words; only when failed or refused. */
  problem?: string | undefined;
  /** What to do about it. */
  fix?: string | undefined;
  result?: Result | undefined;
  /** Goes on by itself as soon as the network is back. */
  waitsForNetwork?: boolean | undefined;
};

export type UploadRules = {
  /** Endings that are taken, such as `.pdf`. The server looks at the content besides. */
  endings?: readonly string[];
  mostBytes?: number;
  mostFiles?: number;
};

export type Uploads<Result> = {
  items: readonly Upload<Result>[];
  rules: UploadRules;
  add: (files: readonly File[]) => void;
  pause: (id: string) => void;
  /** Goes on where it stopped, or tries again after a failure. */
  resume: (id: string) => void;
  remove: (id: string) => void;
};

export type UseUploadsOptions<Result> = {
  /** Sends one file; usually `(file, options) => api.upload('/api/v1/uploads', file, options)`. */
  send: (file: File, options: UploadOptions) => Promise<Result>;
  rules?: UploadRules;
};

const messages = defineMessages({
  vi: {
    empty: 'Tệp này rỗng.',
    emptyFix: 'Kiểm tra lại tệp trên máy rồi chọn tệp khác.',
    tooLarge: 'Tệp nặng {size}, quá mức {most}.',
    tooLargeFix: 'Giảm độ phân giải khi quét, hoặc tách thành nhiều tệp.',
    wrongKind: 'Không nhận loại tệp này.',
    wrongKindFix: 'Chọn tệp {endings}.',
    tooMany: 'Chỉ nhận {most} tệp.',
    tooManyFix: 'Bỏ bớt tệp đã chọn rồi thêm lại.',
    failed: 'Chưa gửi được tệp.',
    failedFix: 'Bấm Gửi tiếp để thử lại từ chỗ dừng.',
  },
  en: {
    empty: 'This file is empty.',
    emptyFix: 'Look at the file on your computer and choose another.',
    tooLarge: 'The file has {size}, more than {most}.',
    tooLargeFix: 'Scan at a lower resolution, or split it into several files.',
    wrongKind: 'This kind of file is not taken.',
    wrongKindFix: 'Choose {endings}.',
    tooMany: 'Only {most} file is taken. | Only {most} files are taken.',
    tooManyFix: 'Remove one of the chosen files and add it again.',
    failed: 'The file was not sent.',
    failedFix: 'Press Go on to try again from where it stopped.',
  },
});

const atOnce = 2;

/** Sends files two at a time; each can be paused, resumed, tried again and taken away. Leaving the screen pauses all. */
export function useUploads<Result>({ send, rules = {} }: UseUploadsOptions<Result>): Uploads<Result> {
  const t = useT(messages);
  const { language } = useLanguage();
  const [items, setItems] = useState<readonly Upload<Result>[]>([]);
  const running = useRef(new Map<string, AbortController>());
  const latest = useRef(send);
  useEffect(() => {
    latest.current = send;
  });
  const change = useCallback((id: string, next: Partial<Upload<Result>>) => {
    setItems((before) => before.map((item) => (item.id === id ? { ...item, ...next } : item)));
  }, []);

  const start = useCallback(
    (upload: Upload<Result>) => {
      const stop = new AbortController();
      running.current.set(upload.id, stop);
      change(upload.id, { state: 'sending', problem: undefined, fix: undefined, waitsForNetwork: false });
      const finish = (next: Partial<Upload<Result>>) => {
        if (running.current.get(upload.id) === stop) running.current.delete(upload.id);
        change(upload.id, next);
      };
      latest.current(upload.file, { signal: stop.signal, onProgress: ({ sentBytes }) => change(upload.id, { sentBytes }) }).then(
        (result) => finish({ state: 'done', sentBytes: upload.file.size, result }),
        (error: unknown) => {
          if (stop.signal.aborted) return;
          finish({ state: 'failed', problem: error instanceof Error ? error.message : t('failed'), fix: fixOf(error) ?? t('failedFix'), waitsForNetwork: error instanceof ApiError && error.status === 0 });
        },
      );
    },
    [change, t],
  );

  useEffect(() => {
    const free = atOnce - items.filter(({ state }) => state === 'sending').length;
    const next = items.filter(({ id, state }) => state === 'waiting' && !running.current.has(id)).slice(0, Math.max(0, free));
    for (const upload of next) start(upload);
  }, [items, start]);

  useEffect(() => {
    const goOn = () => setItems((before) => before.map((item) => (item.state === 'failed' && item.waitsForNetwork === true ? { ...item, state: 'waiting' } : item)));
    window.addEventListener('online', goOn);
    return () => window.removeEventListener('online', goOn);
  }, []);

  useEffect(() => {
    const all = running.current;
    return () => {
      for (const stop of all.values()) stop.abort();
    };
  }, []);

  const stop = (id: string, reason?: 'discard') => {
    running.current.get(id)?.abort(reason);
    running.current.delete(id);
  };
  const problemOf = (file: File, kept: number): Partial<Upload<Result>> => {
    const { endings, mostBytes, mostFiles } = rules;
    const refused = (problem: string, fix: string) => ({ state: 'refused' as const, problem, fix });
    if (mostFiles !== undefined && kept >= mostFiles) return refused(t('tooMany', { most: mostFiles, count: mostFiles }), t('tooManyFix'));
    if (file.size === 0) return refused(t('empty'), t('emptyFix'));
    if (endings !== undefined && !endings.some((ending) => file.name.toLowerCase().endsWith(ending))) return refused(t('wrongKind'), t('wrongKindFix', { endings: endings.join(', ') }));
    if (mostBytes !== undefined && file.size > mostBytes) return refused(t('tooLarge', { size: formatBytes(file.size, language), most: formatBytes(mostBytes, language) }), t('tooLargeFix'));
    return {};
  };
  return {
    items,
    rules,
    add: (files) => {
      let kept = items.filter(({ state }) => state !== 'refused').length;
      const added = files.map((file): Upload<Result> => {
        const problem = problemOf(file, kept);
        if (problem.state === undefined) kept += 1;
        return { id: crypto.randomUUID(), file, state: 'waiting', sentBytes: 0, ...problem };
      });
      setItems([...items, ...added]);
    },
    pause: (id) => {
      stop(id);
      change(id, { state: 'paused' });
    },
    resume: (id) => change(id, { state: 'waiting', problem: undefined, fix: undefined }),
    remove: (id) => {
      stop(id, 'discard');
      setItems((before) => before.filter((item) => item.id !== id));
    },
  };
}

function fixOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
}
