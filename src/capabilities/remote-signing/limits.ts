/** Hashes in one request, and in one approval: as many as a person can look at. */
export const MOST_HASHES = 50;
/** How long a request waits for its owner. */
export const WAITING_MS = 15 * 60_000;
/** How long activation data are good (SCAL2: minutes). */
export const ACTIVATION_MS = 5 * 60_000;
/** How long an answer can be fetched again after that, before the signature values are taken away. */
export const RESPONSE_MS = 60 * 60_000;
/** How long the owner has for the passkey and the PIN. */
export const CEREMONY_MS = 5 * 60_000;
/** How long after an approval with a typed PIN the device may be told to remember it. */
export const REMEMBER_MS = 5 * 60_000;
/** Wrong passkeys after which a request counts as refused. */
export const PASSKEY_ATTEMPTS = 5;
/** Requests that may wait for one credential at the same time. */
export const MOST_WAITING = 50;
/** Requests for one credential in an hour. */
export const ASKED_AN_HOUR = 300;
/** Wrong secrets from one address for one application in a quarter of an hour. */
export const SECRET_ATTEMPTS = 10;
/** Requests without a token from one address in a minute. */
export const OPEN_CALLS_A_MINUTE = 120;
export const ACCESS_TOKEN_MS = 60 * 60_000;
export const REFRESH_TOKEN_MS = 30 * 86_400_000;
export const CONSENT_MS = 15 * 60_000;
/** How long a code from the browser may be exchanged (RFC 6749 section 4.1.2 says ten minutes at most). */
export const CODE_MS = 2 * 60_000;
/** A call of version 1 has no handle to come back with: it waits a little for the owner. Shorter than what callers commonly wait. */
export const FIRST_VERSION_WAIT_MS = 15_000;
