import { useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useApi, type Api, type ApiError } from '#ui/api-context.tsx';
import { useT } from '#ui/i18n.ts';
import type { Placement, SigningProgressReply } from '../contract.ts';
import { batchMessages } from './batch-messages.ts';
import { releaseTogether, signTogether, type BatchResult } from './batch-signing.ts';
import { releaseByPasskey } from './release-by-passkey.ts';
import { placesQuery } from './signing-data.ts';
import type { Outcome, QueuedRow } from './signing-queue.ts';

/** Whether the place of a signature is known: found by the name, confirmed by the person, only a guess, or not needed. */
export type Readiness = 'searching' | 'unreadable' | 'guessed' | 'found' | 'confirmed' | 'automatic';

export type BatchEntry = { row: QueuedRow; included: boolean; place: Placement | undefined; readiness: Readiness; result: BatchResult | undefined };

export type Batch = {
  entries: readonly BatchEntry[];
  /** What the next press of the button signs. */
  toSign: readonly BatchEntry[];
  done: number;
  running: boolean;
  /** Everything that was not left out was signed, waits for a device, or was refused. */
  finished: boolean;
  /** What was wrong with the key or the connection. */
  stopped: ApiError | undefined;
  /** How often the person confirms on the device. */
  confirmations: number;
  /** The documents wait for the person's passkey: its dialog was closed, or it is on another device. */
  awaitsPasskey: boolean;
  /** The passkey's dialog is open and waits for the person. */
  isTouching: boolean;
  move: (id: string, place: Placement) => void;
  confirm: (id: string) => void;
  include: (id: string, included: boolean) => void;
  /** What became of a document that waited for a program on this computer. */
  settle: (id: string, end: 'signed' | 'stopped') => void;
  run: (key: { credentialId: string; pin: string; otp?: string | undefined; release: 'pin' | 'passkey' }) => Promise<void>;
};

type Choice = { moved?: Placement; confirmed?: boolean; leftOut?: boolean };
type OnSigned = (id: string, outcome: Outcome) => void;

const FOLLOW_MS = 700;
/** A device is waited for longer than a server. */
const LOOK_MS = 2500;

/** Several documents on their way to be signed in one go: what was found and decided for each, and what became of it. */
export function useBatch(rows: readonly QueuedRow[], { signerName, onSigned }: { signerName: string; onSigned: OnSigned }): Batch {
  const api = useApi();
  const t = useT(batchMessages);
  const found = useQueries({ queries: rows.map((row) => placesQuery(api, row.main ?? undefined, { signerName, kind: 'person' })) });
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(new Map());
  const { results, note } = useResults(rows, onSigned);
  const [running, setRunning] = useState(false);
  const [isTouching, setTouching] = useState(false);
  const [{ stopped, confirmations, awaitsPasskey }, setEnd] = useState<End>(NOT_YET);
  const change = (id: string, choice: Choice) => setChoices((before) => new Map(before).set(id, { ...before.get(id), ...choice }));
  const entries = rows.map((row, index): BatchEntry => {
    const choice = choices.get(row.id);
    const places = found[index];
    const place = choice?.moved ?? (row.act === 'sign' ? places?.data?.signature : places?.data?.initials);
    return { row, place, included: choice?.leftOut !== true, result: results.get(row.id), readiness: readinessOf(row, { choice, isFound: places?.data?.isFound, failed: places?.isError === true }) };
  });
  const toSign = entries.filter((entry) => entry.included && entry.result === undefined);
  useLateConfirmations({ api, running, results, note });
  return {
    entries,
    toSign,
    done: entries.filter(({ result }) => result !== undefined && result.state !== 'signing' && result.state !== 'waiting').length,
    running,
    finished: !running && toSign.length === 0 && results.size > 0,
    stopped,
    confirmations,
    awaitsPasskey,
    isTouching,
    move: (id, moved) => change(id, { moved }),
    confirm: (id) => change(id, { confirmed: true }),
    include: (id, included) => change(id, { leftOut: !included }),
    settle: (id, end) => note(id, end === 'signed' ? { state: 'signed' } : { state: 'refused', message: t('notConfirmed'), fix: t('notConfirmedFix') }),
    run: async (key) => {
      setRunning(true);
      setEnd(NOT_YET);
      // Until the passkey was touched, what waits waits for its owner: nothing is being completed yet.
      setTouching(key.release === 'passkey');
      try {
        const end = await signTogether({
          // Initials that nobody moved go where the server finds their place then.
          items: toSign.map(({ row, place }) => ({ id: row.id, act: row.act, placement: (row.act === 'sign' ? place : choices.get(row.id)?.moved) ?? null })),
          send: (documents, idempotencyKey) => api.post('/api/v1/outgoing-documents/signing-room/sign', { ...key, documents }, { idempotencyKey }),
          follow: (ids) => progress(api, ids),
          pause: () => new Promise((resolve) => setTimeout(resolve, FOLLOW_MS)),
          key: crypto.randomUUID(),
          onResult: note,
        });
        setTouching(end.approvalIds.length > 0);
        setEnd({ ...end, ...(await releaseTogether(end.approvalIds, (ids) => releaseByPasskey(api, ids, () => setTouching(false)))), ...(end.stopped === undefined ? {} : { stopped: end.stopped }) });
      } finally {
        setTouching(false);
        setRunning(false);
      }
    },
  };
}

type End = { stopped: ApiError | undefined; confirmations: number; awaitsPasskey: boolean };
const NOT_YET: End = { stopped: undefined, confirmations: 0, awaitsPasskey: false };

function progress(api: Api, ids: readonly string[], signal?: AbortSignal): Promise<SigningProgressReply> {
  return api.get<SigningProgressReply>('/api/v1/outgoing-documents/signing-room/progress', { query: { ids: ids.join(',') }, ...(signal === undefined ? {} : { signal }) });
}

type Note = (id: string, result: BatchResult | undefined) => void;

/** What became of each document; the room around it is told what left its queue. */
function useResults(rows: readonly QueuedRow[], onSigned: OnSigned): { results: ReadonlyMap<string, BatchResult>; note: Note } {
  const [results, setResults] = useState<ReadonlyMap<string, BatchResult>>(new Map());
  const note = useCallback(
    (id: string, result: BatchResult | undefined) => {
      setResults((before) => {
        const next = new Map(before);
        if (result === undefined) next.delete(id);
        else next.set(id, result);
        return next;
      });
      if (result?.state === 'pending') onSigned(id, 'pending');
      if (result?.state === 'signed') onSigned(id, rows.find((row) => row.id === id)?.act === 'initial' ? 'initialled' : 'signed');
    },
    [rows, onSigned],
  );
  return { results, note };
}

/** While the person confirms on a device, the screen shows what has become of it. */
function useLateConfirmations({ api, running, results, note }: { api: Api; running: boolean; results: ReadonlyMap<string, BatchResult>; note: Note }): void {
  const t = useT(batchMessages);
  const pending = [...results].flatMap(([id, { state }]) => (state === 'pending' ? [id] : []));
  const { data } = useQuery({
    queryKey: ['outgoing-documents', 'signing-progress', pending],
    enabled: !running && pending.length > 0,
    refetchInterval: LOOK_MS,
    staleTime: 0,
    queryFn: ({ signal }) => progress(api, pending, signal),
  });
  useEffect(() => {
    for (const document of data?.documents ?? []) {
      if (results.get(document.id)?.state !== 'pending') continue;
      if (document.progress === 'signed') note(document.id, { state: 'signed' });
      if (document.progress === 'failed') note(document.id, { state: 'refused', message: t('notConfirmed'), fix: t('notConfirmedFix') });
    }
  }, [data, results, note, t]);
}

/** The button works once each document that is not left out has its place. */
export function isReady({ toSign, running }: Batch): boolean {
  return !running && toSign.length > 0 && toSign.every(({ readiness }) => readiness === 'found' || readiness === 'confirmed' || readiness === 'automatic');
}

function readinessOf(row: QueuedRow, { choice, isFound, failed }: { choice: Choice | undefined; isFound: boolean | undefined; failed: boolean }): Readiness {
  if (row.act === 'initial') return 'automatic';
  if (failed) return 'unreadable';
  if (isFound === undefined) return 'searching';
  if (choice?.confirmed === true) return 'confirmed';
  return isFound ? 'found' : 'guessed';
}
