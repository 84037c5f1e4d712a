import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesOf, decideEntry, initialsOf, isSameName, kindOf, oldCodeFor, type EntryFacts, type KnownAgency, type NationalEntry } from './national-entry.ts';

const entry = (more: Partial<NationalEntry> = {}): NationalEntry => ({ ref: '1', parentRef: null, code: 'G09', oldCode: null, name: 'Bộ Nội vụ', isClosed: false, ...more });
const agency = (more: Partial<KnownAgency<'a' | 'b'>> = {}): KnownAgency<'a' | 'b'> => ({ id: 'a', name: 'Bộ Nội vụ', source: 'national', hosting: 'external', isClosed: false, codes: ['G09'], ...more });
const facts = (more: Partial<EntryFacts<'a' | 'b'>> = {}): EntryFacts<'a' | 'b'> => ({ linked: undefined, takenName: null, takenCode: null, holder: undefined, isHolderTaken: false, former: undefined, ...more });
const problems = (decision: ReturnType<typeof decideEntry>): string[] => decision.problems.map(({ problem }) => problem);

test('an agency that nobody here knows is added; a closed one is not', () => {
  assert.equal(decideEntry(entry(), facts()).action, 'add');
  assert.deepEqual(decideEntry(entry({ isClosed: true }), facts()), { action: 'none', linkTo: null, problems: [] });
});

test('the same code with the same name is the same agency; with another name a person decides', () => {
  const own = agency({ source: 'own' });
  assert.deepEqual(decideEntry(entry({ name: 'BỘ  NỘI VỤ' }), facts({ holder: own })), { action: 'none', linkTo: 'a', problems: [] });
  const other = decideEntry(entry({ name: 'Bộ Nội vụ và Lao động' }), facts({ holder: own }));
  assert.equal(other.action, 'none');
  assert.deepEqual(problems(other), ['name_differs']);
});

test('what came from the list and still says it follows the list; what was changed here is never overwritten', () => {
  const changed = entry({ name: 'Bộ Nội vụ và Lao động' });
  assert.equal(decideEntry(changed, facts({ linked: agency(), takenName: 'Bộ Nội vụ' })).action, 'rename');
  const edited = decideEntry(changed, facts({ linked: agency({ name: 'Bộ Nội vụ (sửa)' }), takenName: 'Bộ Nội vụ' }));
  assert.equal(edited.action, 'none');
  assert.deepEqual(problems(edited), ['name_differs']);
});

test('closed here but open there, open here but closed there', () => {
  assert.deepEqual(problems(decideEntry(entry(), facts({ linked: agency({ isClosed: true }), takenName: 'Bộ Nội vụ' }))), ['closed_here']);
  assert.deepEqual(problems(decideEntry(entry(), facts({ former: agency({ isClosed: true }) }))), ['closed_here']);
  assert.equal(decideEntry(entry({ isClosed: true }), facts({ linked: agency(), takenName: 'Bộ Nội vụ' })).action, 'close');
  assert.deepEqual(problems(decideEntry(entry({ isClosed: true }), facts({ holder: agency({ source: 'own', hosting: 'local' }) }))), ['closed_there']);
});

test('a code that is used again is told, whoever had or has it', () => {
  assert.deepEqual(decideEntry(entry({ name: 'Bộ Khác' }), facts({ former: agency({ isClosed: true }) })).problems, [{ problem: 'code_reused', agencyId: 'a' }]);
  assert.deepEqual(problems(decideEntry(entry({ ref: '2' }), facts({ holder: agency(), isHolderTaken: true }))), ['code_reused']);
  assert.deepEqual(decideEntry(entry(), facts({ linked: agency(), takenName: 'Bộ Nội vụ', holder: agency({ id: 'b' }) })).problems, [{ problem: 'code_reused', agencyId: 'b' }]);
  assert.deepEqual(problems(decideEntry(entry({ code: 'G10' }), facts({ linked: agency(), takenName: 'Bộ Nội vụ' }))), ['code_differs']);
});

test('codes are recognised by their form in whichever field they stand', () => {
  assert.deepEqual(codesOf({ code: '000.00.12.H56', oldCode: ' h56.12 ' }), [{ scheme: 'qcvn102', code: '000.00.12.H56' }, { scheme: 'qd20', code: 'H56.12' }]);
  assert.deepEqual(codesOf({ code: null, oldCode: null }), []);
  assert.equal(codesOf({ code: '00.22.W00', oldCode: null }), undefined);
  assert.deepEqual(problems(decideEntry(entry({ code: '00.22.W00' }), facts())), ['code_malformed']);
});

test('kind and level follow from code and name', () => {
  assert.deepEqual(kindOf(entry()), { kind: 'central', level: 'central' });
  assert.deepEqual(kindOf(entry({ name: 'UBND xã Hoằng Hóa', code: 'H56.34' })), { kind: 'commune', level: 'commune' });
  assert.deepEqual(kindOf(entry({ name: 'Ủy ban nhân dân tỉnh Nghệ An', code: '000.00.00.H41' })), { kind: 'province', level: 'province' });
  assert.deepEqual(kindOf(entry({ name: 'Sở Tài chính', code: 'H41.12' })), { kind: 'department', level: 'province' });
  assert.deepEqual(kindOf(entry({ name: 'Tỉnh ủy Nghệ An', code: 'A41' })), { kind: 'party_body', level: 'province' });
  assert.deepEqual(kindOf(entry({ name: 'Công ty Cấp nước', code: '0100109106' })), { kind: 'enterprise', level: 'none' });
});

test('small rules', () => {
  assert.equal(initialsOf('Ủy ban nhân dân xã Hoằng Hóa'), 'ỦBNDXHH');
  assert.equal(isSameName('Sở  Nội vụ', 'SỞ NỘI VỤ'), true);
  assert.equal(oldCodeFor('H56.12', null), '000.00.12.H56');
  assert.equal(oldCodeFor('H56.12', '000.00.99.H56'), '000.00.99.H56');
});
