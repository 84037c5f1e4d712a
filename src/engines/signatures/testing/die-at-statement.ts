import pg from 'pg';

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

/**
 * For processes that tests start: counts the statements that write, and kills this process at the one that it was told, before it or, with
 * `after`, once it was done; without a chance to clean up. Without a number it lives.
 * @returns the kinds of statements that there were, filled as they come
 */
export function dieAtStatement({ killAt, after }: { killAt?: number; after?: boolean }): readonly string[] {
  const steps: string[] = [];
  const die = (): void => {
    process.kill(process.pid, 'SIGKILL');
  };
  // safe because the same function is put back around itself, and always called on a client
  const query = Reflect.get(pg.Client.prototype, 'query') as Query;
  const counted: Query = function (this: pg.Client, ...args) {
    const [first] = args;
    const text = typeof first === 'string' ? first : typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : '';
    const kind = /^\s*(begin|commit|insert|update)/i.exec(text)?.[1];
    if (kind === undefined) return query.apply(this, args);
    steps.push(kind);
    if (steps.length !== killAt) return query.apply(this, args);
    if (after !== true) die();
    const result = query.apply(this, args.at(-1) instanceof Function ? [...args.slice(0, -1), die] : args);
    if (result instanceof Promise) void result.then(die);
    return new Promise(() => undefined);
  };
  Object.assign(pg.Client.prototype, { query: counted });
  return steps;
}
