import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from '#ui/api-context.tsx';
import { ApiError } from '#ui/api-error.ts';
import { releaseTogether, signTogether, type BatchResult } from './batch-signing.ts';
import { knowsPasskeys, releaseByPasskey, releaseOf } from './passkey-release.ts';

/** The server behind a batch that is put before its owner, and what it was sent. */
function server(refusal?: ApiError): { api: Api; sent: string[] } {
  const sent: string[] = [];
  const post = (url: string): Promise<unknown> => {
    sent.push(url);
    return refusal === undefined ? Promise.resolve({ approvalId: 'a1', options: { challenge: 'AAAA', allowCredentials: [] }, memory: null }) : Promise.reject(refusal);
  };
  // safe because nothing but post is called
  return { api: { post } as unknown as Api, sent };
}

test('where this device cannot use a passkey, a batch asks for the PIN unless the person chose the passkey on another one', () => {
  assert.equal(knowsPasskeys(), false, 'as in a browser without WebAuthn, or at an address without TLS');
  assert.deepEqual([releaseOf(undefined, 'touch'), releaseOf(undefined, 'touch and PIN'), releaseOf('passkey', 'touch'), releaseOf('passkey', 'not opened'), releaseOf('passkey', 'none')], ['pin', 'pin', 'passkey', 'pin', 'pin']);
});

test('the passkey chosen on a device that cannot use one signs nothing and loses nothing: every document waits, and the screen is told so', async () => {
  const results = new Map<string, BatchResult | undefined>();
  const end = await signTogether({
    items: ['a', 'b'].map((id) => ({ id, act: 'sign', placement: null })),
    key: 'one press',
    pause: () => Promise.resolve(),
    follow: () => Promise.resolve({ documents: [] }),
    onResult: (id, result) => results.set(id, result),
    send: () => Promise.resolve({ confirmations: 1, approvalIds: ['r1'], documents: ['a', 'b'].map((id) => ({ id, state: 'pending' as const })) }),
  });
  const { api, sent } = server();
  assert.deepEqual(await releaseTogether(end.approvalIds, (ids) => releaseByPasskey(api, ids)), { stopped: undefined, awaitsPasskey: true });
  assert.deepEqual(sent, ['/api/v1/remote-signing/approvals'], 'a touch that did not happen is not sent');
  assert.deepEqual([...results], [['a', { state: 'pending' }], ['b', { state: 'pending' }]]);
});

test('what the server refuses is said, and the documents wait all the same; without a request nothing is asked', async () => {
  const ended = new ApiError({ status: 409, code: 'remote-signing.authorizationEnded', message: 'Yêu cầu ký này đã được trả lời' });
  const { api } = server(ended);
  assert.deepEqual(await releaseTogether(['r1'], (ids) => releaseByPasskey(api, ids)), { stopped: ended, awaitsPasskey: true });
  const none = server();
  assert.deepEqual(await releaseTogether([], (ids) => releaseByPasskey(none.api, ids)), { stopped: undefined, awaitsPasskey: false });
  assert.deepEqual(none.sent, []);
});

test('a document that waits in a request already leads there', async () => {
  const results = new Map<string, BatchResult | undefined>();
  const problem = { code: 'signatures.waitsForOwner', message: 'Văn bản này đang chờ bạn', fix: 'Mở mục' };
  await signTogether({
    items: [{ id: 'a', act: 'sign', placement: null }],
    key: 'one press',
    pause: () => Promise.resolve(),
    follow: () => Promise.resolve({ documents: [] }),
    onResult: (id, result) => results.set(id, result),
    send: () => Promise.resolve({ confirmations: 1, approvalIds: [], documents: [{ id: 'a', state: 'refused' as const, problem, approvalId: 'r1' }] }),
  });
  assert.deepEqual(results.get('a'), { state: 'refused', message: problem.message, fix: problem.fix, approvalId: 'r1' });
});
