import type { AgentId, SigningAgent } from './agent.ts';
import { vgcaAgent } from './vgca.ts';
import { vnptAgent } from './vnpt.ts';

/** A program that the installation can use, with the licence that it wants to see. */
export type OfferedAgent = { id: 'vgca' } | { id: 'vnpt'; license: string };

/** The clients of the programs that the installation can use. */
export function agentsOf(offered: readonly OfferedAgent[]): SigningAgent[] {
  return offered.map((each) => (each.id === 'vgca' ? vgcaAgent() : vnptAgent({ license: each.license })));
}

/** The program that holds a certificate on this computer, as far as this browser has seen it; otherwise the first. */
export function agentFor(credentialId: string, agents: readonly SigningAgent[]): SigningAgent | undefined {
  const known = localMemory().agents[credentialId];
  return agents.find(({ id }) => id === known) ?? agents[0];
}

/** Keeps in this browser with which program a certificate was connected or has signed. */
export function rememberAgent(credentialId: string, agent: AgentId): void {
  const memory = localMemory();
  keep({ ...memory, agents: { ...memory.agents, [credentialId]: agent } });
}

type KeyKind = 'person' | 'agency';

/** The certificate that is chosen beforehand in this browser, where somebody said so: a token is at one computer only. */
export function preferredKey(kind: KeyKind): string | undefined {
  return localMemory().preferred[kind];
}

/** Chooses a certificate beforehand for all signing in this browser. */
export function preferKey(kind: KeyKind, credentialId: string): void {
  const memory = localMemory();
  keep({ ...memory, preferred: { ...memory.preferred, [kind]: credentialId } });
}

/** The same list with the one that is chosen beforehand in front. */
export function preferredFirst<Key extends { id: string; kind: KeyKind }>(keys: readonly Key[]): Key[] {
  return keys.toSorted((a, b) => Number(b.id === preferredKey(b.kind)) - Number(a.id === preferredKey(a.kind)));
}

type Memory = { agents: Readonly<Record<string, string>>; preferred: Readonly<Record<string, string>> };

const storageKey = 'lienthong.keys';

function localMemory(): Memory {
  try {
    // safe because what does not hold texts by text is left out
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Record<keyof Memory, unknown>>;
    return { agents: textsIn(stored.agents), preferred: textsIn(stored.preferred) };
  } catch {
    return { agents: {}, preferred: {} }; // closed or damaged: the first certificate and the first program serve
  }
}

function keep(memory: Memory): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(memory));
  } catch {
    // closed or full: the person chooses again next time
  }
}

function textsIn(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
