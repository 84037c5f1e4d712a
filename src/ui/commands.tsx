import { createContext, useContext, useEffect, useId, useMemo, useState, type ReactNode } from 'react';
import type { Icon } from './icons.ts';

/** One line of the command palette. */
export type Command = {
  id: string;
  label: string;
  /** Where it belongs: "Đi tới", "Văn bản đến". */
  group: string;
  hint?: string;
  icon?: Icon;
  keys?: string;
  run: () => void;
};

type CommandRegistry = {
  register: (id: string, commands: readonly Command[]) => void;
  unregister: (id: string) => void;
  list: () => readonly Command[];
};

const CommandContext = createContext<CommandRegistry | undefined>(undefined);

export function CommandProvider({ children }: { children: ReactNode }): ReactNode {
  const [registry] = useState(createRegistry);
  return <CommandContext.Provider value={registry}>{children}</CommandContext.Provider>;
}

/** Offers commands in the palette while the component is on the screen. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useContext(CommandContext);
  const id = useId();
  useEffect(() => {
    registry?.register(id, commands);
  }, [registry, id, commands]);
  useEffect(
    () => () => {
      registry?.unregister(id);
    },
    [registry, id],
  );
}

/** All commands offered at the moment when the caller appeared. */
export function useCommandList(): readonly Command[] {
  const registry = useContext(CommandContext);
  return useMemo(() => registry?.list() ?? [], [registry]);
}

function createRegistry(): CommandRegistry {
  const owners = new Map<string, readonly Command[]>();
  return {
    register: (id, commands) => owners.set(id, commands),
    unregister: (id) => owners.delete(id),
    list: () => [...owners.values()].flat(),
  };
}
