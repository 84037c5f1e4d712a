import { SigningDriverError, type SigningDriver, type SignOutcome } from '../signing-driver.ts';

/** What `credential.driver` says of a key on a token at the person's own computer, reached through the browser. */
export const BROWSER_AGENT = 'browser-agent';

const LOOK_AGAIN_MS = 60_000;
/** A page that was left open that long has forgotten the signing. */
const GIVE_UP_MS = 3_600_000;

/**
 * Keys on a token at the person's own computer. The server cannot call there: the page fetches the request, asks the signing
 * program and brings the answer, which is kept with the request before anything is done with it. So there is nothing to send
 * and nothing to ask for; `poll` only says how long a request without an answer is worth waiting for.
 */
export const browserAgentDriver: SigningDriver = {
  name: BROWSER_AGENT,
  checksSecretHere: false,
  confirmsElsewhere: true,
  // The page hands the program one hash at a time.
  mostItems: () => Promise.resolve(1),
  // The page lists them: only it reaches the token.
  listCertificates: () => Promise.resolve([]),
  sign: ({ transactionId }) => Promise.resolve({ state: 'pending', reference: transactionId, pollAfterMs: LOOK_AGAIN_MS }),
  poll: ({ transactionId, reference }): Promise<SignOutcome> => {
    if (Date.now() - madeAt(transactionId) > GIVE_UP_MS) return Promise.reject(new SigningDriverError('timedOut'));
    return Promise.resolve({ state: 'pending', reference, pollAfterMs: LOOK_AGAIN_MS });
  },
};

/** The milliseconds in a UUID version 7 (RFC 9562 section 5.7). */
function madeAt(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
