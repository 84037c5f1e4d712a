import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import Settings from 'lucide-react/icons/settings-2';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import { useApi } from '#ui/api-context.tsx';
import { Button } from '#ui/controls/button.tsx';
import { turnByKey } from '#ui/data/keyed-pages.ts';
import { EmptyState } from '#ui/feedback/empty-state.tsx';
import { ErrorState } from '#ui/feedback/error-state.tsx';
import { useT } from '#ui/i18n.ts';
import { ListDetail } from '#ui/layout/list-detail.tsx';
import { Page } from '#ui/layout/page.tsx';
import { Outlet, useNavigation, useParam } from '#ui/navigation.tsx';
import type { signingRoomPage } from '../contract.ts';
import { BatchDesk } from './batch-desk.tsx';
import { BatchReturnDialog } from './batch-return-dialog.tsx';
import { PracticeDialog } from './practice-dialog.tsx';
import { usePractice } from './signing-data.ts';
import { keepPlaces, nextWaiting, queueOf, type Done, type Outcome, type QueuedRow, type ShownRow } from './signing-queue.ts';
import { SigningQueue } from './signing-queue-list.tsx';
import { SigningRoomContext } from './signing-room-context.ts';
import { roomMessages } from './signing-room-messages.ts';
import './signing-room.css';

/** What waits for this person's signature or initials: the queue beside the open document; several at once by selection. */
export function SigningRoomPage(): ReactNode {
  const t = useT(roomMessages);
  const { navigate } = useNavigation();
  const openId = useParam('id');
  const queue = useQueue();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [batch, setBatch] = useState<readonly QueuedRow[]>();
  const [returning, setReturning] = useState(false);
  const { rows, finish: end, nextAfter } = queue;
  const chosen = useMemo(() => rows?.filter((row) => selected.has(row.id) && row.outcome === undefined) ?? [], [rows, selected]);
  const finish = useCallback(
    (documentId: string, outcome: Outcome) => {
      end(documentId, outcome);
      const next = nextAfter(documentId);
      navigate(next === undefined ? '/phong-ky' : `/phong-ky/${next.id}`);
    },
    [end, nextAfter, navigate],
  );
  const room = useMemo(() => ({ finish, keys: chosen.length === 0 }), [finish, chosen.length]);
  if (batch !== undefined) {
    return (
      <BatchDesk
        rows={batch}
        onSigned={end}
        onClose={() => {
          setBatch(undefined);
          setSelected(new Set());
        }}
      />
    );
  }
  const waiting = rows?.filter((row) => row.outcome === undefined).length;
  return (
    <Page title={t('title')} subtitle={waiting === undefined ? undefined : t('subtitle', { count: waiting })} width="full">
      {queue.error !== null && rows === undefined ? (
        <ErrorState error={queue.error} onRetry={queue.retry} />
      ) : rows?.length === 0 && openId === undefined ? (
        <EmptyState kind="last" title={t('empty')} actions={<PracticeButton />}>
          {t('emptyText')}
        </EmptyState>
      ) : (
        <div className="lt-room">
          <ListDetail
            listLabel={t('queue')}
            detailLabel={t('openDocument')}
            onClose={() => navigate('/phong-ky')}
            list={
              <SigningQueue
                rows={rows}
                openId={openId}
                selected={selected}
                onSelect={setSelected}
                onMore={queue.more}
                onSign={() => setBatch(chosen)}
                onReturn={() => setReturning(true)}
                bar={<PracticeButton />}
                foot={openId === undefined ? <NothingOpen waiting={waiting} /> : undefined}
              />
            }
            detail={
              openId === undefined ? undefined : (
                <SigningRoomContext value={room}>
                  <Outlet />
                </SigningRoomContext>
              )
            }
          />
        </div>
      )}
      <BatchReturnDialog rows={chosen} open={returning} onClose={() => setReturning(false)} onReturned={end} />
    </Page>
  );
}

function NothingOpen({ waiting }: { waiting: number | undefined }): ReactNode {
  const t = useT(roomMessages);
  return waiting === 0 ? (
    <EmptyState kind="last" title={t('allDone')}>
      {t('allDoneText')}
    </EmptyState>
  ) : (
    <div className="lt-room__choose">
      <EmptyState title={t('choose')}>{t('chooseText')}</EmptyState>
    </div>
  );
}

function PracticeButton(): ReactNode {
  const t = useT(roomMessages);
  const practice = usePractice();
  const [open, setOpen] = useState(false);
  if (practice.data?.mayChange !== true) return null;
  return (
    <>
      <Button variant="plain" size="small" icon={Settings} onClick={() => setOpen(true)}>
        {t('practice')}
      </Button>
      <PracticeDialog look={practice.data.initialsLook} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

/** The queue from the server, kept live, in which nothing that is on the screen changes its place. */
function useQueue() {
  const api = useApi();
  const queries = useQueryClient();
  const pages = useInfiniteQuery({
    queryKey: ['outgoing-documents', 'signing-room'],
    queryFn: ({ signal, pageParam }) => api.get<z.infer<typeof signingRoomPage>>('/api/v1/outgoing-documents/signing-room', { signal, query: { after: pageParam } }),
    ...turnByKey,
  });
  const [done, setDone] = useState<Done>(new Map());
  const fresh = pages.data;
  const [shown, setShown] = useState<{ of: typeof fresh; rows: readonly ShownRow[] | undefined }>({ of: undefined, rows: undefined });
  if (fresh !== undefined && fresh !== shown.of) {
    setShown({
      of: fresh,
      rows: keepPlaces(
        shown.rows ?? [],
        fresh.pages.flatMap((page) => page.rows),
      ),
    });
  }
  const rows = useMemo(() => shown.rows && queueOf(shown.rows, done), [shown.rows, done]);
  const finish = useCallback(
    (documentId: string, outcome: Outcome) => {
      const since = shown.rows?.find((row) => row.id === documentId)?.waitingSince ?? '';
      setDone((before) => new Map(before).set(documentId, { outcome, since }));
      void queries.invalidateQueries({ queryKey: ['outgoing-documents'] });
    },
    [shown.rows, queries],
  );
  const nextAfter = useCallback((documentId: string) => nextWaiting(shown.rows ?? [], done, documentId), [shown.rows, done]);
  return { rows, finish, nextAfter, error: pages.error, retry: () => void pages.refetch(), more: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined };
}
