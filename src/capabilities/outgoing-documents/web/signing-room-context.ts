import { createContext, useContext } from 'react';
import type { Outcome } from './signing-queue.ts';

/** What the open document tells the room around it. */
export type SigningRoom = {
  /** This document is done here; the next one opens by itself. */
  finish: (documentId: string, outcome: Outcome) => void;
  /** Keys `s` and `r` are the open document's; with a selection they are for all of it. */
  keys: boolean;
};

export const SigningRoomContext = createContext<SigningRoom | undefined>(undefined);

export function useSigningRoom(): SigningRoom {
  const room = useContext(SigningRoomContext);
  if (room === undefined) throw new Error('the open document stands inside the signing room');
  return room;
}
