/**
 * What the last browsers of Windows 7 (Chrome and Edge 109, Firefox 115) lack of the language that screens are
 * written in. Loaded only where something is missing.
 */

type Compare<Item> = (a: Item, b: Item) => number;

/** Adds the missing methods, each as the standard has it. */
export function fillMissing(): void {
  add(Map, 'groupBy', <Item, Key>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key) => {
    const groups = new Map<Key, Item[]>();
    let index = 0;
    for (const item of items) {
      const key = keyOf(item, index++);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    return groups;
  });
  add(Object, 'groupBy', <Item>(items: Iterable<Item>, keyOf: (item: Item, index: number) => PropertyKey) =>
    // safe because an object without prototype is a record of whatever is put into it
    Object.assign(Object.create(null) as Record<PropertyKey, Item[]>, Object.fromEntries(Map.groupBy(items, keyOf))),
  );
  add(Array.prototype, 'toSorted', function <Item>(this: readonly Item[], compare?: Compare<Item>) {
    return [...this].sort(compare);
  });
  add(Array.prototype, 'toReversed', function <Item>(this: readonly Item[]) {
    return [...this].reverse();
  });
  add(Array.prototype, 'toSpliced', function <Item>(this: readonly Item[], start: number, deleted: number, ...added: Item[]) {
    const copy = [...this];
    copy.splice(start, deleted, ...added);
    return copy;
  });
  add(Array.prototype, 'with', function <Item>(this: readonly Item[], index: number, value: Item) {
    const copy = [...this];
    copy[index < 0 ? copy.length + index : index] = value;
    return copy;
  });
  add(Promise, 'withResolvers', <Value>() => {
    let resolve: (value: Value | PromiseLike<Value>) => void = () => undefined;
    let reject: (reason: unknown) => void = () => undefined;
    const promise = new Promise<Value>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    return { promise, resolve, reject };
  });
}

function add(owner: object, name: string, value: unknown): void {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true });
}
