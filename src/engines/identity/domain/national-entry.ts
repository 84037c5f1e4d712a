import { conventionalOldCode, isWellFormedCode, type CodeScheme } from './codes.ts';

/** One entry of the national list of agencies, whatever file or axis told it. */
export type NationalEntry = {
  /** The list's own id. */
  ref: string;
  parentRef: string | null;
  code: string | null;
  oldCode: string | null;
  name: string;
  isClosed: boolean;
};

export type EntryProblem = 'name_differs' | 'code_differs' | 'closed_here' | 'closed_there' | 'code_reused' | 'parent_missing' | 'code_malformed';

/** An agency of the directory, as far as an entry is compared with it. */
export type KnownAgency<Id extends string> = {
  id: Id;
  name: string;
  source: 'own' | 'national' | 'trial';
  hosting: 'local' | 'external';
  isClosed: boolean;
  /** Present codes; of a closed agency those that it had last. */
  codes: readonly string[];
};

export type EntryFacts<Id extends string> = {
  /** The agency that the entry was found to mean before. */
  linked: KnownAgency<Id> | undefined;
  /** What was taken over from the list for it. */
  takenName: string | null;
  takenCode: string | null;
  /** Who has one of the entry's codes today. */
  holder: KnownAgency<Id> | undefined;
  /** Whether that agency is another entry's. */
  isHolderTaken: boolean;
  /** Who had one of them before, when nobody has it today. */
  former: KnownAgency<Id> | undefined;
};

export type EntryDecision<Id extends string> = {
  /** What is done without asking. */
  action: 'none' | 'add' | 'rename' | 'close';
  /** The agency that the entry means from now on. */
  linkTo: Id | null;
  problems: readonly { problem: EntryProblem; agencyId: Id | null }[];
};

export type SchemedCode = { scheme: CodeScheme; code: string };

/** The codes of an entry by their forms; a list mixes the schemes. Undefined when it has codes and none is well formed. */
export function codesOf(entry: Pick<NationalEntry, 'code' | 'oldCode'>): readonly SchemedCode[] | undefined {
  const given = [entry.code, entry.oldCode].flatMap((code) => (code === null ? [] : [code.trim().toUpperCase()])).filter((code) => code !== '');
  const found = given.flatMap((code): SchemedCode[] => {
    const scheme = (['qd20', 'qcvn102', 'enterprise'] as const).find((each) => isWellFormedCode(each, code));
    return scheme === undefined ? [] : [{ scheme, code }];
  });
  if (given.length > 0 && found.length === 0) return undefined;
  return found.filter((each, index) => found.findIndex((other) => other.scheme === each.scheme) === index);
}

/**
 * What an entry of the national list does to the directory here. An agency that was entered here, or changed here since it
 * was taken over, is never touched: what the list says otherwise is a problem for a person. What came from the list and
 * still says what the list said follows the list.
 */
export function decideEntry<Id extends string>(entry: NationalEntry, facts: EntryFacts<Id>): EntryDecision<Id> {
  const codes = codesOf(entry);
  const { linked, holder, former } = facts;
  if (linked !== undefined) return decideLinked(entry, { ...facts, linked });
  if (codes === undefined) return entry.isClosed ? nothing : { ...nothing, problems: [{ problem: 'code_malformed', agencyId: null }] };
  if (holder !== undefined) {
    if (facts.isHolderTaken) return entry.isClosed ? nothing : { ...nothing, problems: [{ problem: 'code_reused', agencyId: holder.id }] };
    return decideLinked(entry, { ...facts, linked: holder });
  }
  if (entry.isClosed) return nothing;
  if (former !== undefined) return { ...nothing, problems: [{ problem: isSameName(former.name, entry.name) ? 'closed_here' : 'code_reused', agencyId: former.id }] };
  return { action: 'add', linkTo: null, problems: [] };
}

const nothing = { action: 'none', linkTo: null, problems: [] } as const;

function decideLinked<Id extends string>(entry: NationalEntry, facts: EntryFacts<Id> & { linked: KnownAgency<Id> }): EntryDecision<Id> {
  const { linked, holder, takenName } = facts;
  const at = { linkTo: linked.id };
  const problem = (name: EntryProblem, agencyId: Id = linked.id): EntryDecision<Id> => ({ action: 'none', ...at, problems: [{ problem: name, agencyId }] });
  if (holder !== undefined && holder.id !== linked.id) return problem('code_reused', holder.id);
  if (linked.isClosed) return entry.isClosed ? { action: 'none', ...at, problems: [] } : problem('closed_here');
  // What nobody changed here since it was taken over.
  const isUntouched = linked.source === 'national' && linked.hosting === 'external' && takenName !== null && isSameName(linked.name, takenName);
  if (entry.isClosed) return isUntouched ? { action: 'close', ...at, problems: [] } : problem('closed_there');
  const codes = codesOf(entry);
  const codeProblem: EntryDecision<Id>['problems'] =
    codes === undefined ? [{ problem: 'code_malformed', agencyId: linked.id }] : codes.length > 0 && linked.codes.length > 0 && !codes.some(({ code }) => linked.codes.includes(code)) ? [{ problem: 'code_differs', agencyId: linked.id }] : [];
  if (isSameName(linked.name, entry.name)) return { action: 'none', ...at, problems: codeProblem };
  if (isUntouched) return { action: 'rename', ...at, problems: codeProblem };
  return { action: 'none', ...at, problems: [...codeProblem, { problem: 'name_differs', agencyId: linked.id }] };
}

/** Whether an entry says of an agency what is known of it here: name, code, ended or not. */
export function saysTheSame<Id extends string>(entry: NationalEntry, agency: KnownAgency<Id>): boolean {
  const codes = codesOf(entry) ?? [];
  const isSameCode = codes.length === 0 ? agency.codes.length === 0 : codes.some(({ code }) => agency.codes.includes(code));
  return isSameCode && entry.isClosed === agency.isClosed && isSameName(agency.name, entry.name);
}

/** The same words, however they are typed: lists differ in capitals and spaces. */
export function isSameName(a: string, b: string): boolean {
  const plain = (name: string): string => name.normalize('NFC').replace(/\s+/g, ' ').trim().toLocaleLowerCase('vi');
  return plain(a) === plain(b);
}

type Kind = 'province' | 'department' | 'commune' | 'district' | 'party_body' | 'central' | 'socio_political' | 'public_unit' | 'enterprise' | 'other';
type Level = 'central' | 'province' | 'district' | 'commune' | 'none';

const COMMITTEE = /^(ủy ban nhân dân|uỷ ban nhân dân|ubnd)\s+/;

/** What an entry is, as far as its code and name tell; the list itself does not say it. */
export function kindOf(entry: Pick<NationalEntry, 'name' | 'code' | 'oldCode'>): { kind: Kind; level: Level } {
  const name = entry.name.normalize('NFC').toLocaleLowerCase('vi');
  const codes = codesOf(entry) ?? [];
  if (codes.some(({ scheme }) => scheme === 'enterprise')) return { kind: 'enterprise', level: 'none' };
  if (COMMITTEE.test(name)) {
    const place = name.replace(COMMITTEE, '');
    if (/^(xã|phường|thị trấn|đặc khu)\s/.test(place)) return { kind: 'commune', level: 'commune' };
    if (/^(huyện|quận|thị xã)\s/.test(place)) return { kind: 'district', level: 'district' };
    return { kind: 'province', level: 'province' };
  }
  const top = topLetterOf(codes);
  if (top === 'A') return { kind: 'party_body', level: 'province' };
  if (top === 'I' || top === 'J') return { kind: 'socio_political', level: 'central' };
  if (/^(sở|ban|thanh tra tỉnh|văn phòng ủy ban nhân dân tỉnh)\s/.test(name) && top === 'H') return { kind: 'department', level: 'province' };
  if (top === 'G' || top === 'B' || top === 'C' || top === 'D' || top === 'E' || top === 'F') return { kind: 'central', level: 'central' };
  return { kind: top === 'H' ? 'public_unit' : 'other', level: 'none' };
}

function topLetterOf(codes: readonly SchemedCode[]): string | undefined {
  const [first] = codes;
  if (first === undefined) return undefined;
  return first.scheme === 'qcvn102' ? first.code.split('.').at(-1)?.slice(0, 1) : first.code.slice(0, 1);
}

/** The initials of a name, for an agency whose list tells no abbreviation. */
export function initialsOf(name: string): string {
  const words = name.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => word.slice(0, 1).toLocaleUpperCase('vi')).join('').slice(0, 30) || '?';
}

/** The form of the national list for an agency of ours. */
export type ListedAgency = { id: string; pid: string | null; code: string | null; code102: string | null; name: string; mail: string; isAgency: boolean; deleted: boolean; modifyDate: string };

/** The code of QCVN 102 of an agency: its own one, else the one that follows from the new code by convention. */
export function oldCodeFor(code: string | null, oldCode: string | null): string | null {
  return oldCode ?? (code === null ? null : (conventionalOldCode(code) ?? null));
}
