import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { holders, rawJson, route, signedIn, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { postsByRole } from '#engines/identity/index.ts';
import { confirmsTogether, performSigning, performSigningBatch } from '#engines/signatures/index.ts';
import { askOwnerOf } from './ask-owner-of-documents.ts';
import { changePractice } from './commands/change-practice.ts';
import { openApproval } from './commands/open-approval.ts';
import { openInitials } from './commands/open-initials.ts';
import { openOtherSeals, openSeal, type OpenSealInput } from './commands/open-seal.ts';
import * as contract from './contract.ts';
import { INITIALLING_ROLES, maySetPractice } from './policy.ts';
import { getOutgoing } from './queries/get-outgoing.ts';
import { practiceOf } from './queries/practice.ts';
import { signingRoom, signingRoomCount } from './queries/signing-room.ts';
import { progressOf, signTogether, typed, type Typed } from './sign-together.ts';

const params = z.object({ id: z.uuid() });
const base = '/api/v1/outgoing-documents';

type Http = RouteContext<PersonActor>;
const detail = (http: Http, id: string) => getOutgoing(http.kernel, http.actor, id);

const approver = z.object({ postId: z.uuid(), name: z.string(), title: z.string() });
const signingReply = contract.signingOutcome.extend({ document: contract.outgoingDetail });

const waiting = [
  route({
    method: 'GET',
    url: `${base}/signing-room`,
    summary: 'What waits for the signature or the initials of the present post, most urgent first',
    access: signedIn,
    query: contract.signingRoomQuery,
    reply: contract.signingRoomPage,
    run: async (http, { query }) => rawJson(await signingRoom(http.kernel, http.actor, query.after)),
  }),
  route({
    method: 'GET',
    url: `${base}/signing-room/count`,
    summary: 'How many documents wait for the signature or the initials of the present post',
    access: signedIn,
    reply: contract.signingRoomCount,
    run: (http) => signingRoomCount(http.kernel, http.actor),
  }),
  route({
    method: 'GET',
    url: `${base}/approvers`,
    summary: 'The leaders of the agency to whom a document can be submitted, and who can initial it before',
    access: signedIn,
    reply: z.object({ approvers: z.array(approver), initiallers: z.array(contract.initiallerView) }),
    run: async ({ kernel, actor }) => {
      const day = vietnamDay(kernel.clock.now());
      const [leaders, heads] = await Promise.all([postsByRole(kernel.database.pool, actor.agencyId, ['leader'], day), postsByRole(kernel.database.pool, actor.agencyId, INITIALLING_ROLES, day)]);
      return {
        approvers: leaders.map(({ postId, name, title }) => ({ postId, name, title })),
        initiallers: heads.map(({ postId, name, title, unitName }) => ({ postId, name, title, unitName })),
      };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/practice`,
    summary: 'How the agency wants its documents made: what initials look like',
    access: signedIn,
    reply: contract.practiceView,
    run: async ({ kernel, actor }) => ({ ...(await practiceOf(kernel.database.pool, actor.agencyId)), mayChange: maySetPractice(actor) }),
  }),
  route({
    method: 'PUT',
    url: `${base}/practice`,
    summary: 'Chooses for the agency what initials look like',
    access: holders('leader', 'chief_of_office'),
    body: contract.practiceBody,
    run: async (http, { body }) => {
      await http.run(changePractice, body);
      return { special: 'empty' as const };
    },
  }),
];

const together = [
  route({
    method: 'POST',
    url: `${base}/signing-room/sign`,
    summary: 'Signs and initials several documents with one key, one PIN and one confirmation; each on its own',
    access: holders('leader', ...INITIALLING_ROLES),
    body: contract.signTogetherBody,
    reply: contract.signTogetherReply,
    run: (http, { body }) => signTogether(http, body),
  }),
  route({
    method: 'GET',
    url: `${base}/signing-room/progress`,
    summary: 'How far the caller’s signings of some documents are, while they are being signed',
    access: holders('leader', ...INITIALLING_ROLES),
    query: contract.signingProgressQuery,
    reply: contract.signingProgressReply,
    run: (http, { query }) => progressOf(http, query.ids),
  }),
];

const signing = [
  route({
    method: 'POST',
    url: `${base}/:id/sign`,
    summary: 'The leader’s signature on the main file',
    access: holders('leader'),
    params,
    body: contract.signBody,
    reply: signingReply,
    run: async (http, { params: { id }, body: { pin, otp, release, ...body } }) => {
      const { signingId } = await http.run(openApproval, { ...body, documentId: id });
      return { ...(await signOne(http, { id, signingId }, { secrets: typed({ pin, otp }), release })), document: await detail(http, id) };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/initial`,
    summary: 'The initials of the head of a unit on the main file, before the leader gets it',
    access: holders(...INITIALLING_ROLES),
    params,
    body: contract.initialBody,
    reply: signingReply,
    run: async (http, { params: { id }, body: { pin, otp, release, ...body } }) => {
      const { signingId } = await http.run(openInitials, { ...body, documentId: id });
      return { ...(await signOne(http, { id, signingId }, { secrets: typed({ pin, otp }), release })), document: await detail(http, id) };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/seal`,
    summary: 'The agency’s seal on the main file and on each PDF attachment, by the clerk in person',
    access: holders('clerk'),
    params,
    body: contract.sealBody,
    reply: signingReply,
    run: async (http, { params: { id }, body: { pin, otp, ...body } }) => ({ state: await sealAll(http, { ...body, documentId: id }, typed({ pin, otp })), approvalIds: [], document: await detail(http, id) }),
  }),
];

type Release = { secrets: Typed; release: 'pin' | 'passkey' };

async function signOne(http: Http, opened: { id: string; signingId: string }, { secrets, release }: Release): Promise<z.infer<typeof contract.signingOutcome>> {
  if (release === 'pin') return { state: await signNow(http, opened.signingId, secrets), approvalIds: [] };
  const { outcomes, approvalIds } = await askOwnerOf(http, [opened]);
  const outcome = outcomes.get(opened.signingId);
  if (outcome?.state === 'refused') throw outcome.error;
  return { state: outcome?.state ?? 'pending', approvalIds };
}

async function signNow(http: Http, signingId: string, secrets: Typed): Promise<'signed' | 'pending'> {
  const { state } = await performSigning(http.kernel, { agencyId: http.actor.agencyId, signingId, actor: http.actor, ...secrets });
  return state;
}

/** File after file, until the document is sealed or a slow key holder makes it wait. What is sealed stays sealed when a later file fails. */
async function sealAll(http: Http, input: OpenSealInput, secrets: Typed): Promise<'signed' | 'pending'> {
  for (;;) {
    const { signingId } = await run(http.kernel, openSeal, input, { actor: http.actor, requestId: http.requestId });
    if (await confirmsTogether(http.kernel, http.actor, { agencyId: http.actor.agencyId, credentialId: input.credentialId })) return sealTogether(http, input, { first: signingId, secrets });
    const state = await signNow(http, signingId, secrets);
    if (state === 'pending') return state;
    const document = await detail(http, input.documentId);
    if (document.state !== 'numbered') return 'signed';
  }
}

/** All files wait for one confirmation; where the service covers fewer signatures at once, for several. */
async function sealTogether(http: Http, input: OpenSealInput, { first, secrets }: { first: string; secrets: Typed }): Promise<'signed' | 'pending'> {
  const { kernel, actor, requestId } = http;
  const { signingIds } = await run(kernel, openOtherSeals, input, { actor, requestId });
  const { signings, stopped } = await performSigningBatch(kernel, { agencyId: actor.agencyId, signingIds: [first, ...signingIds], actor, requestId, ...secrets });
  const refused = signings.flatMap(({ outcome }) => (outcome.state === 'refused' ? [outcome.error] : []));
  const problem = stopped ?? refused[0];
  if (problem !== undefined) throw problem;
  return signings.some(({ outcome }) => outcome.state === 'pending') ? 'pending' : 'signed';
}

export const signingRoutes = [...waiting, ...together, ...signing];
