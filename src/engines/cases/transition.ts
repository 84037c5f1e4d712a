import { isState, nextState, type Lifecycle } from './domain/lifecycle.ts';
import { casesErrors } from './errors.ts';

/**
 * The state after an action.
 * @throws `cases.notInThisState` (409), which names the action and the present state in both languages.
 */
export function transition<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>, state: State, action: ActionName): State {
  const next = nextState(lifecycle, state, action);
  if (next !== undefined) return next;
  const [label, present] = [lifecycle.actions[action], lifecycle.states[state]];
  throw casesErrors.notInThisState({
    values: { actionVi: label.vi, actionEn: label.en, stateVi: present.vi, stateEn: present.en },
    data: { lifecycle: lifecycle.name, state, action },
  });
}

/**
 * Reads a state that came from the database.
 * @throws `cases.unknownState` when a newer version wrote one that this version does not know.
 */
export function stateOf<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>, text: string): State {
  if (isState(lifecycle, text)) return text;
  throw casesErrors.unknownState({ values: { state: text } });
}
