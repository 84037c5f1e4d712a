/** A person at the API: signs in with a password and keeps the cookie, as a browser does. */
export type DemoClient = {
  get<Reply>(path: string): Promise<Reply>;
  post<Reply>(path: string, body?: unknown): Promise<Reply>;
  /** Sends a file by tus in one part and gives the upload's id. */
  upload(name: string, bytes: Buffer): Promise<string>;
  download(path: string): Promise<Buffer>;
};

/** @throws Error with the server's own words when it refuses. */
export async function signIn(url: string, account: { login: string; password: string }): Promise<DemoClient> {
  const jar = new Map<string, string>();
  const send = async (method: string, path: string, request: { body?: Buffer | string; headers?: Record<string, string> } = {}): Promise<Response> => {
    const response = await fetch(url + path, {
      method,
      headers: { ...request.headers, cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(request.body === undefined ? {} : { body: typeof request.body === 'string' ? request.body : new Uint8Array(request.body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    if (!response.ok) throw new Error(`${method} ${path}: ${String(response.status)} ${await response.text()}`);
    return response;
  };
  const json = { 'content-type': 'application/json' };
  const client: DemoClient = {
    // safe because the contract of each address names its reply
    get: async <Reply>(path: string) => (await (await send('GET', path)).json()) as Reply,
    post: async <Reply>(path: string, body: unknown = {}) => {
      const text = await (await send('POST', path, { body: JSON.stringify(body), headers: json })).text();
      // safe because the contract of each address names its reply
      return (text === '' ? undefined : JSON.parse(text)) as Reply;
    },
    async upload(name, bytes) {
      const tus = { 'tus-resumable': '1.0.0' };
      const created = await send('POST', '/api/v1/uploads', {
        headers: { ...tus, 'upload-length': String(bytes.length), 'upload-metadata': `filename ${Buffer.from(name).toString('base64')}` },
      });
      const location = created.headers.get('location') ?? '';
      await send('PATCH', location, { body: bytes, headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' } });
      return location.slice(location.lastIndexOf('/') + 1);
    },
    download: async (path) => Buffer.from(await (await send('GET', path)).arrayBuffer()),
  };
  await client.post('/api/v1/sign-in', account);
  return client;
}
