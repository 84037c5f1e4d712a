/** The part of a message that is small, as a tree: everything but the Base64 of attachments. */
import type { EdxmlPlace } from './problems.ts';
import type { StartToken, Token } from './tokenizer.ts';

export interface XmlNode {
  readonly start: StartToken;
  readonly parent: XmlNode | undefined;
  readonly content: (XmlNode | string)[];
}

export interface TreeBuilder {
  /** The node that a token has just completed, if any. */
  take(token: Token): XmlNode | undefined;
  readonly root: XmlNode | undefined;
  /** The innermost node that is still open. */
  readonly open: XmlNode | undefined;
}

export function createTreeBuilder(): TreeBuilder {
  let root: XmlNode | undefined;
  let open: XmlNode | undefined;
  return {
    take: (token) => {
      if (token.kind === 'start') {
        const node: XmlNode = { start: token, parent: open, content: [] };
        open?.content.push(node);
        root ??= node;
        open = node;
        return undefined;
      }
      if (token.kind === 'text') {
        open?.content.push(token.value);
        return undefined;
      }
      const closed = open;
      open = open?.parent;
      return closed;
    },
    get root() {
      return root;
    },
    get open() {
      return open;
    },
  };
}

export function childNodes({ content }: XmlNode): XmlNode[] {
  return content.filter((each) => typeof each !== 'string');
}

/** The child elements with one of these local names: prefixes wander, so that only the local name is looked at. */
export function childrenNamed(node: XmlNode | undefined, ...locals: readonly string[]): XmlNode[] {
  return node === undefined ? [] : childNodes(node).filter(({ start }) => locals.includes(start.local));
}

/** The text of an element with all that is inside it, without the white space around it. */
export function textOf(node: XmlNode): string {
  return rawTextOf(node).trim();
}

function rawTextOf({ content }: XmlNode): string {
  return content.map((each) => (typeof each === 'string' ? each : rawTextOf(each))).join('');
}

export function attributeOf({ start }: XmlNode, local: string): string | undefined {
  return start.attributes.find((each) => each.local === local)?.value;
}

export function pathOf(node: XmlNode): string {
  return `${node.parent === undefined ? '' : pathOf(node.parent)}/${node.start.local}`;
}

export function placeOfNode(node: XmlNode): EdxmlPlace {
  return { path: pathOf(node), offset: node.start.offset };
}

/** The tokens of an element, as they came. */
export function* tokensOf(node: XmlNode): Generator<Token> {
  yield node.start;
  for (const each of node.content) {
    if (typeof each === 'string') yield { kind: 'text', value: each };
    else yield* tokensOf(each);
  }
  yield { kind: 'end', name: node.start.name };
}
