import { createContext, useContext, type ReactNode } from 'react';

export type SessionPost = {
  id: string;
  title: string;
  agency: { id: string; name: string };
};

/** Who is at the screen and in which post: the reply of `GET /api/v1/me`. */
export type Session = {
  person: { id: string; name: string };
  agency: { id: string; name: string };
  post: { id: string; title: string; roles: readonly string[] };
  /** All posts of the person, the present one included. */
  posts: readonly SessionPost[];
  language: 'vi' | 'en';
  /** A banner for every screen, such as that the built-in certificate authority is not a public one. */
  notice: string | null;
  abilities: readonly string[];
};

const SessionContext = createContext<Session | undefined>(undefined);

export function SessionProvider({ session, children }: { session: Session | undefined; children: ReactNode }): ReactNode {
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** The present session. Only for screens behind the sign-in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('useSession needs a signed-in person');
  return session;
}

/** The present session, or undefined on screens that anybody may open. */
export function useMaybeSession(): Session | undefined {
  return useContext(SessionContext);
}

/** Whether the server said that this person may do a thing in the present post. */
export function useAbility(ability: string): boolean {
  return useContext(SessionContext)?.abilities.includes(ability) ?? false;
}
