import { SigningDriverError, type PersonalAccess, type PersonalTokens, type ServiceConsent } from '../signing-driver.ts';
import { beginAuthorization, finishAuthorization, refreshAccess, type AccessToken, type CodeAccess } from './access.ts';

/** How a person lets us into a service: OAuth 2.0 with scope `service` (CSC API 1.0.4 section 8.3, 2.0 section 8.4). */
export function consentWith(access: CodeAccess): ServiceConsent {
  return { begin: () => beginAuthorization(access), finish: async (answer) => tokensOf(await finishAuthorization(access, answer)) };
}

/**
 * Works with a person's token; one that the service no longer takes is renewed once.
 * @throws SigningDriverError `consentMissing` when the person has to consent again
 */
export async function withPersonalToken<Result>(access: CodeAccess, personal: PersonalAccess | undefined, work: (token: string) => Promise<Result>): Promise<Result> {
  if (personal === undefined) throw new SigningDriverError('consentMissing');
  try {
    return await work(personal.tokens.accessToken);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const renewed = await personal.renew((tokens) => renew(access, tokens));
  return asConsent(() => work(renewed.accessToken));
}

function renew(access: CodeAccess, { refreshToken }: PersonalTokens): Promise<PersonalTokens> {
  if (refreshToken === null) throw new SigningDriverError('consentMissing', { detail: 'the service gave no refresh token' });
  return asConsent(async () => tokensOf(await refreshAccess(access, refreshToken), refreshToken));
}

/** A service may keep a refresh token or give another one with each renewal (RFC 6749 section 6). */
function tokensOf({ token, refreshToken }: AccessToken, before: string | null = null): PersonalTokens {
  return { accessToken: token, refreshToken: refreshToken ?? before };
}

async function asConsent<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isRefusal(error) ? new SigningDriverError('consentMissing', { cause: error }) : error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof SigningDriverError && error.problem === 'accountRefused';
}
