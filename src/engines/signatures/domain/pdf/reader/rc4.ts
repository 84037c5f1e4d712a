/** RC4, which builds of OpenSSL no longer carry. Old files need it to be read and continued; nothing new is ever protected by it. */
export function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const state = new Uint8Array(256).map((_, i) => i);
  for (let i = 0, j = 0; i < 256; i += 1) {
    const value = state[i] ?? 0;
    j = (j + value + (key[i % key.length] ?? 0)) & 255;
    state[i] = state[j] ?? 0;
    state[j] = value;
  }
  const out = Buffer.allocUnsafe(data.length);
  for (let n = 0, i = 0, j = 0; n < data.length; n += 1) {
    i = (i + 1) & 255;
    const value = state[i] ?? 0;
    j = (j + value) & 255;
    const other = state[j] ?? 0;
    state[i] = other;
    state[j] = value;
    out[n] = (data[n] ?? 0) ^ (state[(value + other) & 255] ?? 0);
  }
  return out;
}
