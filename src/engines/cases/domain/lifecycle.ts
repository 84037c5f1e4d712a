/** A name in both languages, in the form in which it stands inside a sentence. */
export type Label = { vi: string; en: string };

/** One action: where it may be taken from, and where it leads. */
export type Action<State extends string> = Label & { from: Partial<Record<State, State>> };

/** A state × action table. What is not in it cannot happen. */
export type Lifecycle<State extends string, ActionName extends string> = {
  name: string;
  initial: State;
  states: Record<State, Label>;
  actions: Record<ActionName, Action<State>>;
};

/**
 * Declares the states of a thing and what may be done in each. States and actions are checked by the compiler.
 * @throws Error when a state can never be reached: a defect of the table.
 */
export function defineLifecycle<const State extends string, const ActionName extends string>(table: {
  name: string;
  initial: NoInfer<State>;
  states: Record<State, Label>;
  actions: Record<ActionName, Action<NoInfer<State>>>;
}): Lifecycle<State, ActionName> {
  const reached = reachableStates(table);
  const lost = Object.keys(table.states).filter((state) => !reached.has(state));
  if (lost.length > 0) throw new Error(`lifecycle ${table.name}: nothing leads to ${lost.join(', ')}`);
  return table;
}

function reachableStates(table: { initial: string; actions: Record<string, { from: Partial<Record<string, string>> }> }): Set<string> {
  const reached = new Set([table.initial]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const action of Object.values(table.actions)) {
      for (const [from, to] of Object.entries(action.from)) if (reached.has(from) && to !== undefined) reached.add(to);
    }
  }
  return reached;
}

/** The state that an action leads to, or undefined where the table does not allow it. */
export function nextState<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>, state: State, action: ActionName): State | undefined {
  return lifecycle.actions[action].from[state];
}

/** What may be done in a state, in the order of the table. */
export function actionsIn<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>, state: State): ActionName[] {
  return actionNames(lifecycle).filter((action) => lifecycle.actions[action].from[state] !== undefined);
}

/** Whether the text is one of the lifecycle's states; for values read from the database. */
export function isState<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>, text: string): text is State {
  return Object.hasOwn(lifecycle.states, text);
}

/** The table as Markdown, states down and actions across, for a README. */
export function lifecycleTable<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>): string {
  const actions = actionNames(lifecycle);
  const header = ['state', ...actions.map((action) => `${action}<br>*${lifecycle.actions[action].vi}*`)];
  const rows = stateNames(lifecycle).map((state) => [
    `**${state}**<br>*${lifecycle.states[state].vi}*`,
    ...actions.map((action) => {
      const to = lifecycle.actions[action].from[state];
      return to === undefined ? '' : `→ ${to}`;
    }),
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function actionNames<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>): ActionName[] {
  // safe because the record has exactly these keys
  return Object.keys(lifecycle.actions) as ActionName[];
}

function stateNames<State extends string, ActionName extends string>(lifecycle: Lifecycle<State, ActionName>): State[] {
  // safe because the record has exactly these keys
  return Object.keys(lifecycle.states) as State[];
}
