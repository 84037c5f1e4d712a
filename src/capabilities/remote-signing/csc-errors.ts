/** A refusal in the words of the Cloud Signature Consortium API 2.0 section 10.1 and of RFC 6749 section 5.2. */
export class CscError extends Error {
  override readonly name = 'CscError';
  readonly status: number;
  readonly error: string;
  readonly description: string;
  constructor(error: string, description: string, status = 400) {
    super(`${error}: ${description}`);
    this.status = status;
    this.error = error;
    this.description = description;
  }
}

type Kind = 'string' | 'array' | 'integer';
export const missing = (kind: Kind, parameter: string): CscError => new CscError('invalid_request', `Missing (or invalid type) ${kind} parameter ${parameter}`);
export const invalid = (parameter: string): CscError => new CscError('invalid_request', `Invalid parameter ${parameter}`);
