import { foldText, matchScore } from '../search-text.ts';

export type ComboboxOption = {
  value: string;
  label: string;
  /** A second line or a code: "000.00.17.H56". */
  hint?: string;
  /** The heading under which it stands: "Các sở". */
  group?: string;
  /** Other words that find it: former names, abbreviations. */
  keywords?: string;
  /** Stands for several others: choosing it chooses them all ("Các xã, phường"). Only with `multiple`. */
  members?: readonly string[];
  disabled?: boolean;
};

export type OptionGroup = { name: string; options: readonly ComboboxOption[] };

/** What answers the typed words, best first, and how many more there are than are drawn. */
export function findOptions(options: readonly ComboboxOption[], typed: string, mostShown: number): { shown: readonly ComboboxOption[]; hidden: number } {
  const found = rankOptions(options, typed);
  const shown = groupOptions(found.slice(0, mostShown)).flatMap((group) => group.options);
  return { shown, hidden: Math.max(0, found.length - mostShown) };
}

/** Options under their headings, headings in the order in which they first occur. */
export function groupOptions(options: readonly ComboboxOption[]): readonly OptionGroup[] {
  return [...Map.groupBy(options, (option) => option.group ?? '')].map(([name, members]) => ({ name, options: members }));
}

/** Whether an option is chosen; one that stands for others is when all of them are. */
export function isChosen(option: ComboboxOption, values: ReadonlySet<string>): boolean {
  if (option.members === undefined) return values.has(option.value);
  return option.members.length > 0 && option.members.every((member) => values.has(member));
}

/** The chosen values after one option was picked: put in, or taken out if it was in. */
export function toggleOption(option: ComboboxOption, values: readonly string[]): readonly string[] {
  const touched = option.members ?? [option.value];
  const chosen = new Set(values);
  const takeOut = isChosen(option, chosen);
  for (const value of touched) {
    if (takeOut) chosen.delete(value);
    else chosen.add(value);
  }
  return [...chosen];
}

function rankOptions(options: readonly ComboboxOption[], typed: string): readonly ComboboxOption[] {
  if (foldText(typed) === '') return options;
  return options
    .map((option) => ({ option, score: Math.max(matchScore(option.label, typed), matchScore(`${option.keywords ?? ''} ${option.hint ?? ''}`, typed) - 0.5) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ option }) => option);
}
