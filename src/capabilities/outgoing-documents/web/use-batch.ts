import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi, type ApiError } from '#ui/api-context.tsx';
import type { Placement } from '../contract.ts';
import { signOneByOne, type BatchResult } from './batch-signing.ts';
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
  move: (id: string, place: Placement) => void;
  confirm: (id: string) => void;
  include: (id: string, included: boolean) => void;
  run: (key: { credentialId: string; pin: string }) => Promise<void>;
};

type Choice = { moved?: Placement; confirmed?: boolean; leftOut?: boolean };

/** Several documents on their way to be signed in one go: what was found and decided for each, and what became of it. */
export function useBatch(rows: readonly QueuedRow[], { signerName, onSigned }: { signerName: string; onSigned: (id: string, outcome: Outcome) => void }): Batch {
  const api = useApi();
  const found = useQueries({ queries: rows.map((row) => placesQuery(api, row.act === 'sign' ? (row.main ?? undefined) : undefined, { signerName, kind: 'person' })) });
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(new Map());
  const [results, setResults] = useState<ReadonlyMap<string, BatchResult>>(new Map());
  const [running, setRunning] = useState(false);
  const [stopped, setStopped] = useState<ApiError>();
  const change = (id: string, choice: Choice) => setChoices((before) => new Map(before).set(id, { ...before.get(id), ...choice }));
  const entries = rows.map((row, index): BatchEntry => {
    const choice = choices.get(row.id);
    const places = found[index];
    const place = choice?.moved ?? places?.data?.signature;
    return { row, place, included: choice?.leftOut !== true, result: results.get(row.id), readiness: readinessOf(row, { choice, isFound: places?.data?.isFound, failed: places?.isError === true }) };
  });
  const toSign = entries.filter((entry) => entry.included && entry.result === undefined);
  const note = (id: string, result: BatchResult | undefined) => {
    setResults((before) => {
      const next = new Map(before);
      if (result === undefined) next.delete(id);
      else next.set(id, result);
      return next;
    });
    const row = rows.find((each) => each.id === id);
    if (result?.state === 'pending') onSigned(id, 'pending');
    if (result?.state === 'signed') onSigned(id, row?.act === 'initial' ? 'initialled' : 'signed');
  };
  return {
    entries,
    toSign,
    done: entries.filter(({ result }) => result !== undefined && result.state !== 'signing').length,
    running,
    finished: !running && toSign.length === 0 && results.size > 0,
    stopped,
    move: (id, moved) => change(id, { moved }),
    confirm: (id) => change(id, { confirmed: true }),
    include: (id, included) => change(id, { leftOut: !included }),
    run: async (key) => {
      setRunning(true);
      setStopped(undefined);
      try {
        const problem = await signOneByOne({
          items: toSign.map(({ row, place }) => ({ id: row.id, act: row.act, placement: place ?? null })),
          sign: ({ id, act, placement }, idempotencyKey) => api.post(`/api/v1/outgoing-documents/${id}/${act}`, { ...key, placement }, { idempotencyKey }),
          newKey: () => crypto.randomUUID(),
          onResult: note,
        });
        setStopped(problem);
      } finally {
        setRunning(false);
      }
    },
  };
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
