import { createInterface } from 'node:readline/promises';

/** Somebody who was there when keys were made, and in which post. */
export type Witness = { name: string; post: string };

export const FEWEST_WITNESSES = 2;

/** “Name, post”; undefined when one of the two is missing. */
export function readWitness(line: string): Witness | undefined {
  const [name = '', ...post] = line.normalize('NFC').split(',');
  const witness = { name: name.trim(), post: post.join(',').trim() };
  return witness.name === '' || witness.post === '' ? undefined : witness;
}

/** Each person once, whatever the post. */
export function distinct(witnesses: readonly Witness[]): Witness[] {
  return [...new Map(witnesses.map((each) => [each.name.toLocaleLowerCase('vi'), each])).values()];
}

type Screen = { input: NodeJS.ReadableStream; output: NodeJS.WritableStream };

/** Asks for witnesses until there are at least two and an empty line ends the list. @throws Error when the input ends before */
export async function askWitnesses({ input, output }: Screen): Promise<Witness[]> {
  const lines = createInterface({ input });
  const found: Witness[] = [];
  const ask = (): void => {
    const hint = found.length < FEWEST_WITNESSES ? 'họ tên, chức vụ / name, post' : 'họ tên, chức vụ; Enter để kết thúc / name, post; Enter ends';
    output.write(`Người chứng kiến ${String(found.length + 1)} (${hint}): `);
  };
  ask();
  for await (const line of lines) {
    if (line.trim() === '' && found.length >= FEWEST_WITNESSES) {
      lines.close();
      return found;
    }
    const witness = readWitness(line);
    const known = witness === undefined ? [] : distinct([...found, witness]);
    if (witness !== undefined && known.length > found.length) found.push(witness);
    else output.write('  Ghi “Họ tên, chức vụ” của một người chưa có / “name, post” of somebody who is not there yet\n');
    ask();
  }
  throw new Error('the witnesses were not named');
}
