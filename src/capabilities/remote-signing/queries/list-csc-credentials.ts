import type { Kernel } from '#kernel/kernel.ts';
import type { Id } from '#kernel/ids.ts';
import { credentialsByKey } from '#engines/signatures/index.ts';
import type { Caller } from '../clients.ts';
import { describeCredential, isUsable } from '../credential-info.ts';
import { CscError, invalid } from '../csc-errors.ts';
import { optionalText, wordIn, type CscInput, type CscVersion } from '../csc-input.ts';
import { nameOf, placeOf } from '../domain/activation.ts';
import { listEnrolments, type Credential } from '../ownership.ts';

const MOST_RESULTS = 100;

type Asked = { version: CscVersion; input: CscInput };

/**
 * What credentials/list says (section 11.4): the credentials of a user that are open to remote signing, at most a hundred a page; in version
 * 2 with what each of them is, and only usable ones, when asked so.
 * @throws CscError access_denied · invalid_request
 */
export async function listOwnCredentials(kernel: Kernel, { client, personId }: Caller, { version, input }: Asked): Promise<object> {
  // Without this scope an application asks for signatures with what it knows, and looks through nobody's certificates.
  if (!client.scopes.includes('service')) throw new CscError('access_denied', 'The application is not registered to see certificates', 403);
  const userName = optionalText(input, 'userID', 200);
  // An application in its own name says whose credentials it means; a person's token means that person's.
  if (personId === null && userName === undefined) throw new CscError('invalid_request', 'Missing parameter userID');
  if (personId !== null && userName !== undefined) throw invalid('userID');
  const certificates = wordIn(input, 'certificates', ['none', 'single', 'chain']);
  const { most, after } = pageIn(input);
  const now = kernel.clock.now();
  const isDetailed = version === 2 && input['credentialInfo'] === true;
  const onlyValid = version === 2 && input['onlyValid'] === true;
  const enrolments = await listEnrolments(kernel.database.pool, { personId, ...(userName === undefined ? {} : { userName }) });
  const credentials: readonly (Credential | undefined)[] = isDetailed || onlyValid ? await credentialsOf(kernel, enrolments) : [];
  const found = enrolments
    .map(({ agencyId, credentialId }, index) => ({ credentialID: nameOf({ agencyId, id: credentialId }), credential: credentials[index] }))
    .filter(({ credentialID, credential }) => credentialID > after && (!onlyValid || (credential !== undefined && isUsable(credential, now))));
  const page = found.slice(0, most);
  const details = page.flatMap(({ credentialID, credential }) => (credential === undefined ? [] : [{ credentialID, ...describeCredential(credential, { version, certificates, hasNames: input['certInfo'] === true, now }) }]));
  return {
    credentialIDs: page.map(({ credentialID }) => credentialID),
    ...(isDetailed ? { credentialInfos: details } : {}),
    ...(onlyValid ? { onlyValid } : {}),
    ...(found.length > most ? { nextPageToken: page.at(-1)?.credentialID } : {}),
  };
}

function pageIn(input: CscInput): { most: number; after: string } {
  const wanted = input['maxResults'] ?? MOST_RESULTS;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 1) throw invalid('maxResults');
  const after = optionalText(input, 'pageToken') ?? '';
  if (after !== '' && placeOf(after) === undefined) throw invalid('pageToken');
  return { most: Math.min(wanted, MOST_RESULTS), after };
}

/** The credentials in the order of their enrolments. */
async function credentialsOf({ database }: Kernel, enrolments: readonly { agencyId: string; credentialId: string }[]): Promise<(Credential | undefined)[]> {
  // safe because enrolments hold ids of agencies only
  const found = await credentialsByKey(database.pool, enrolments.map(({ agencyId, credentialId }) => ({ agencyId: agencyId as Id<'agency'>, id: credentialId })));
  const byName = new Map(found.map((each) => [nameOf({ agencyId: each.agency_id, id: each.id }), each]));
  return enrolments.map(({ agencyId, credentialId }) => byName.get(nameOf({ agencyId, id: credentialId })));
}
