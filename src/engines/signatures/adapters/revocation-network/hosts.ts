/**
 * Who may be asked about certificates. Certificates inside a file name the addresses, and anybody can write a certificate: without a closed
 * list a file could send this server anywhere.
 */
export type AllowedHost = {
  readonly host: string;
  /** Without one, the ordinary port of http or https and no other. */
  readonly port?: number;
  /** True lets it stand in this house's own network. */
  readonly isInternal?: boolean;
};

/**
 * The Government's authority for public service (Ban Cơ yếu Chính phủ), as its certificates in documents of 2017 to 2026 name it: lists and
 * authorities' certificates at the first two, OCSP at the third.
 */
export const builtInHosts: readonly AllowedHost[] = [{ host: 'ca.gov.vn' }, { host: 'pub.ca.gov.vn' }, { host: 'ocsp.ca.gov.vn' }];

/** Reads `host`, `host:port` and `internal:host:port`, separated by commas or spaces. @throws Error naming an entry that is none */
export function readHosts(text: string): AllowedHost[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.map((entry) => {
    const { internal, host, port } = /^(?<internal>internal:)?(?<host>\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::(?<port>\d{1,5}))?$/i.exec(entry)?.groups ?? {};
    if (host === undefined) throw new Error(`${entry} is no host, host:port or internal:host:port`);
    return { host: host.toLowerCase(), ...(port === undefined ? {} : { port: Number(port) }), ...(internal === undefined ? {} : { isInternal: true }) };
  });
}

/** The entry of the list that lets this address be asked: http or https, the very name (a list is no list of suffixes), no user name. */
export function findHost(url: URL, hosts: readonly AllowedHost[]): AllowedHost | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  const name = url.hostname.toLowerCase().replace(/\.$/, '');
  const port = url.port === '' ? undefined : Number(url.port);
  return hosts.find((entry) => entry.host === name && entry.port === port);
}
