import type { Lookup, LookupStep } from '../../domain/validation/lookups.ts';
import { questionOf } from './lookup-cache.ts';
import type { RevocationNetwork } from './network.ts';

/** What was brought together from outside for one validation; raw DER. */
export type Gathered = { certificates: Buffer[]; crls: Buffer[]; ocsps: Buffer[] };

export type Gathering = {
  readonly gathered: Gathered;
  /** Asks what may help, all at once; true when something new came, so that validating again makes sense. */
  gather: (lookups: readonly Lookup[]) => Promise<boolean>;
};

export type GatheringOptions = {
  network: RevocationNetwork;
  /** Leaves the cache out from the start: somebody wants to know what the authority says now. */
  isFresh?: boolean;
  /** Told of each question that stayed without answer: the validation then says so, nothing fails. */
  onSilence: (step: LookupStep, cause: unknown) => void;
};

const listOf = { ocsp: 'ocsps', crl: 'crls', issuer: 'certificates' } as const;

/**
 * One validation's questions. Of each lookup one step is taken at a time: the next address is asked only when the one before stayed silent or
 * the validation is still not content with what it said. What came from the cache and did not help is asked for anew.
 */
export function startGathering({ network, isFresh = false, onSilence }: GatheringOptions): Gathering {
  const gathered: Gathered = { certificates: [], crls: [], ocsps: [] };
  const tried = new Map<string, 'cache' | 'network'>();

  const askOne = async (step: LookupStep): Promise<boolean> => {
    const question = questionOf(step);
    try {
      const { bytes, isFromCache } = await network.ask(step, { isFresh: isFresh || tried.get(question) === 'cache' });
      tried.set(question, isFromCache ? 'cache' : 'network');
      const list = gathered[listOf[step.kind]];
      if (list.some((each) => each.equals(bytes))) return false;
      list.push(bytes);
      return true;
    } catch (cause) {
      tried.set(question, 'network');
      onSilence(step, cause);
      return false;
    }
  };

  const askInTurn = async ({ steps }: Lookup): Promise<boolean> => {
    for (const step of steps) if (tried.get(questionOf(step)) !== 'network' && (await askOne(step))) return true;
    return false;
  };

  return {
    gathered,
    gather: async (lookups) => {
      if (!network.isOpen) return false;
      const results = await Promise.all(lookups.map(askInTurn));
      return results.includes(true);
    },
  };
}
