/** The name under which content is taken out of a signature file: without `.p7m` or `.p7s`. */
export function contentName(fileName: string): string {
  const name = fileName.replace(/\.(?:p7m|p7s|p7|pem)$/i, '');
  return name === '' ? 'noi-dung' : name;
}
