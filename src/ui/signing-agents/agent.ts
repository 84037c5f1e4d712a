/** Programs on the signer's own computer that hold a USB token, reached from the page over a web socket of that computer. */

export type AgentId = 'vgca' | 'vnpt';

export type AgentProblem =
  /** Not running, or its certificate is not trusted by the browser: a page cannot tell the two apart. */
  | 'notReached'
  /** The person or the administrator forbade the page to reach programs on this computer (Chrome and Edge 142, web sockets from 147). */
  | 'permissionDenied'
  /** Browsers let only pages under https reach programs on the computer. */
  | 'insecurePage'
  /** It ended the connection before it answered; it does so too when it does not accept the address of this page. */
  | 'closed'
  | 'timedOut'
  /** The person said no, or the program could not sign. */
  | 'refused'
  /** The licence of the installation with the program is missing or is for another address. */
  | 'notLicensed'
  /** Something that this page does not understand. */
  | 'wrongAnswer'
  /** It would sign with SHA-1, or was asked to. */
  | 'weakHash'
  /** This version of the program cannot do what it was asked for. */
  | 'notSupported'
  | 'cancelled';

export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly problem: AgentProblem;
  /** What the program said, plain text of at most 200 characters; nobody vouches for it. */
  readonly said: string | undefined;
  constructor(problem: AgentProblem, options: ErrorOptions & { said?: string | undefined } = {}) {
    super(problem, options);
    this.problem = problem;
    this.said = options.said?.slice(0, 200);
  }
}

export type AgentCertificate = {
  /** Base64 of DER. */
  certificate: string;
  /** As the program names it, where it does. */
  serial: string | undefined;
};

export type HashRequest = { /** Base64 of a SHA-256. */ hash: string; hashAlgorithm: 'SHA-256'; certificateSerial: string };
export type HashAnswer = { /** Base64 as the program gave it; the server checks it. */ signature: string; certificate: string | null };

export type HandOverKind = 'approved' | 'issued' | 'appendix' | 'copy' | 'income' | 'comment';

/** A file that the program signs as a whole. The page neither keeps nor judges it: the server does. */
export type HandOver = {
  kind: HandOverKind;
  /** For programs that fetch and send by themselves. */
  downloadUrl: string;
  uploadUrl: string;
  /** For programs that are given the file: how the page gets it and gives it back. */
  fetchFile: () => Promise<Uint8Array<ArrayBuffer>>;
  sendFile: (signed: Uint8Array<ArrayBuffer>) => Promise<void>;
  certificateSerial: string;
  documentNumber?: string;
  /** A calendar day, YYYY-MM-DD. */
  issuedOn?: string;
};

export type SigningAgent = {
  id: AgentId;
  /** Product name, the same in every language. */
  name: string;
  /** Opened in a tab, it lets the person trust the program's own certificate. */
  trustAddress: string;
  /** Whether the program is there. @throws AgentError `permissionDenied` · `insecurePage`: then nobody knows. */
  detect(signal?: AbortSignal): Promise<boolean>;
  /** The certificates on the token; the program may ask the person for it. @throws AgentError */
  listCertificates(signal?: AbortSignal): Promise<AgentCertificate[]>;
  /** Has a hash signed. What comes back is not to be trusted: the server verifies it. @throws AgentError */
  signHash(request: HashRequest, signal?: AbortSignal): Promise<HashAnswer>;
  /** Has a file signed. That it went well says the server, not the program: ask there afterwards. @throws AgentError */
  handOver(request: HandOver, signal?: AbortSignal): Promise<void>;
};

/** What a page lends to the programs' clients; tests lend something else. */
export type AgentSurroundings = {
  openSocket: (url: string) => WebSocket;
  /** The state of the browser's permission to reach this computer, or undefined where the browser has none. */
  localNetworkPermission: () => Promise<PermissionState | undefined>;
  isSecurePage: () => boolean;
  hostname: () => string;
};

/** @throws AgentError `weakHash` when it is no SHA-256 */
export function assertStrongHash({ hash, hashAlgorithm }: { hash: string; hashAlgorithm: string }): void {
  if (hashAlgorithm !== 'SHA-256' || !/^[A-Za-z0-9+/]{43}=$/.test(hash)) throw new AgentError('weakHash');
}

/** @throws AgentError `weakHash` when a program says that it took another hash than it was asked for */
export function assertSameHash(said: unknown): void {
  if (typeof said === 'string' && said !== '' && said.replace(/[^a-z0-9]/gi, '').toUpperCase() !== 'SHA256') throw new AgentError('weakHash');
}
