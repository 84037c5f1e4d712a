import { z } from 'zod';
import { run, type Command } from '#kernel/command.ts';
import { anonymous, systemActor } from '#kernel/actor.ts';
import { AppError, kernelErrors } from '#kernel/errors.ts';
import { anyone, htmlPage, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { hashChosenPassword } from '#engines/identity/index.ts';
import { apply, assertRoom, proposeLogin } from './commands/apply.ts';
import { joinOffice } from './commands/join-office.ts';
import { applicationForm, colleagueForm } from './contract.ts';
import { parseForm, readForm, type PublicForm } from './form.ts';
import { errors } from './errors.ts';
import { getInvitation, stateOf, type Invitation } from './invitations.ts';
import { applicationPage } from './portal/application-page.ts';
import { joinedPage, joinPage } from './portal/join-page.ts';
import type { Problem } from './portal/page.ts';
import { problemPage } from './portal/problem-page.ts';
import { statusPage } from './portal/status-page.ts';
import { stylesheet } from './portal/stylesheet.ts';
import { applicationByToken } from './queries/overview.ts';
import { hashOf } from './tokens.ts';

type Language = 'vi' | 'en';
const query = z.object({ lang: z.enum(['vi', 'en']).optional().catch(undefined) });
const tokenParams = z.object({ token: z.string().max(100) });
const toApplicants = anyone('an organisation without an account asks for one here; what comes in waits for the province’s decision');
const toInvited = anyone('whoever holds the link of an invitation has no account yet');

export const publicRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/dang-ky-gui-nhan',
    summary: 'The public page on which an organisation asks for an account to send and receive documents.',
    access: toApplicants,
    query,
    run: (http, { query: { lang } }) => Promise.resolve(htmlPage(applicationPage({ language: lang ?? http.language, action: '/dang-ky-gui-nhan', values: {}, problem: undefined, invitedBy: undefined }))),
  }),
  route({
    method: 'POST',
    url: '/dang-ky-gui-nhan',
    summary: 'Takes an application and leads to the page on which it can be followed.',
    access: toApplicants,
    query,
    streamedBody: true,
    run: (http, { query: { lang } }) => answerApplication(http, { language: lang ?? http.language, invitation: undefined }),
  }),
  route({
    method: 'GET',
    url: '/dang-ky-gui-nhan/ho-so/:token',
    summary: 'Where an application stands, for whoever holds its link.',
    access: toApplicants,
    params: tokenParams,
    query,
    run: (http, { params: { token }, query: { lang } }) =>
      orProblem(lang ?? http.language, async (language) => htmlPage(statusPage({ language, token, application: await applicationByToken(http.kernel.database.pool, token) }))),
  }),
  route({
    method: 'GET',
    url: '/dang-ky-gui-nhan/kieu/:asset',
    summary: 'Style sheet of the public pages of guest offices.',
    access: toApplicants,
    params: z.object({ asset: z.string().max(100) }),
    run: (_http, { params: { asset } }) => {
      if (asset !== stylesheet.name) throw kernelErrors.notFound();
      return Promise.resolve({ special: 'bytes', body: Buffer.from(stylesheet.css), contentType: 'text/css; charset=utf-8', immutable: true } as const);
    },
  }),
  route({
    method: 'GET',
    url: '/loi-moi-gui-nhan/:token',
    summary: 'What an invitation leads to: the application of an organisation, or the joining of a colleague.',
    access: toInvited,
    params: tokenParams,
    query,
    run: (http, { params: { token }, query: { lang } }) =>
      orProblem(lang ?? http.language, async (language) => htmlPage(invitedPage(await openInvitation(http, token), { language, token, values: {}, problem: undefined }))),
  }),
  route({
    method: 'POST',
    url: '/loi-moi-gui-nhan/:token',
    summary: 'Uses an invitation up.',
    access: toInvited,
    params: tokenParams,
    query,
    streamedBody: true,
    run: (http, { params: { token }, query: { lang } }) =>
      orProblem(lang ?? http.language, async (language) => {
        const invitation = await openInvitation(http, token);
        return invitation.purpose === 'office' ? answerApplication(http, { language, invitation: { token, ...invitation } }) : answerJoining(http, { language, token, invitation });
      }),
  }),
];

type Invited = Invitation & { token: string };
type Shown = { language: Language; token: string; values: Record<string, string>; problem: Problem | undefined };

/** @throws guest-offices.invitationNotFound · invitationOver */
async function openInvitation(http: RouteContext, token: string): Promise<Invitation> {
  const invitation = await getInvitation(http.kernel.database.pool, token);
  if (stateOf(invitation, http.kernel.clock.now()) !== 'open') throw errors.invitationOver();
  return invitation;
}

function invitedPage(invitation: Invitation, { language, token, values, problem }: Shown): string {
  const action = `/loi-moi-gui-nhan/${token}`;
  const filled = Object.keys(values).length > 0;
  if (invitation.purpose === 'colleague') return joinPage({ language, action, values: filled ? values : { fullName: invitation.invitee }, problem, invitedBy: invitation.invitedBy });
  return applicationPage({ language, action, values: filled ? values : { name: invitation.invitee }, problem, invitedBy: invitation.invitedBy });
}

async function answerApplication(http: RouteContext, { language, invitation }: { language: Language; invitation: Invited | undefined }): Promise<SpecialReply> {
  const { kernel } = http;
  let form: PublicForm = { values: {}, papers: [] };
  try {
    const appliedFrom = hashOf(`guest application ${networkOf(http.ip)}`);
    if (invitation === undefined) await assertRoom(kernel.database.pool, { appliedFrom, now: kernel.clock.now() });
    form = await readForm(http);
    const { password, ...fields } = parseForm(applicationForm, form.values);
    const login = proposeLogin(fields.abbreviation);
    const application = { form: fields, login, password: await hashChosenPassword(kernel, { login, password }), papers: form.papers, appliedFrom, invitationToken: invitation?.token };
    const { token } = await asNobody(http, apply, application);
    return { special: 'redirect', location: `/dang-ky-gui-nhan/ho-so/${token}` };
  } catch (error) {
    const problem = problemOf(error, language);
    const page = invitation === undefined ? applicationPage({ language, action: '/dang-ky-gui-nhan', values: form.values, problem, invitedBy: undefined }) : invitedPage(invitation, { language, token: invitation.token, values: form.values, problem });
    return htmlPage(page, problem.status);
  }
}

async function answerJoining(http: RouteContext, { language, token, invitation }: { language: Language; token: string; invitation: Invitation }): Promise<SpecialReply> {
  let form: PublicForm = { values: {}, papers: [] };
  try {
    form = await readForm(http);
    const { fullName, title, password } = parseForm(colleagueForm, form.values);
    const login = proposeLogin(fullName);
    const joining = { token, fullName, title, login, password: await hashChosenPassword(http.kernel, { login, password }) };
    // The invited is nobody yet: the system acts on the invitation of the office.
    await run(http.kernel, joinOffice, joining, { actor: systemActor('guest-offices'), requestId: http.requestId });
    return htmlPage(joinedPage({ language, login }));
  } catch (error) {
    const problem = problemOf(error, language);
    return htmlPage(invitedPage(invitation, { language, token, values: form.values, problem }), problem.status);
  }
}

function asNobody<In, Out>(http: RouteContext, command: Command<In, Out>, input: In): Promise<Out> {
  return run(http.kernel, command, input, { actor: anonymous, requestId: http.requestId });
}

/** What the form shows above its fields. What is a defect goes on to the server's own answer. */
function problemOf(error: unknown, language: Language): Problem & { status: number } {
  if (!(error instanceof AppError) || error.entry.status >= 500) throw error;
  const { message, fix, fields } = error.describe(language);
  return { status: error.entry.status, text: message, todo: fix ?? '', fields: fields ?? [] };
}

async function orProblem(language: Language, answer: (language: Language) => Promise<SpecialReply>): Promise<SpecialReply> {
  try {
    return await answer(language);
  } catch (error) {
    const problem = problemOf(error, language);
    return htmlPage(problemPage({ language, problem }), problem.status);
  }
}

/** One household has one IPv4 address, or a /64 of IPv6. */
function networkOf(ip: string): string {
  return !ip.includes(':') || ip.startsWith('::ffff:') ? ip : ip.split(':').slice(0, 4).join(':');
}
