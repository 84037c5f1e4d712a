import { once } from 'node:events';
import { Readable } from 'node:stream';
import type pg from 'pg';

/** What the pg client's connection can do beyond its published types. */
type CopyConnection = pg.Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
};

/** The calls that the pg client makes on the query that is under way. */
type ProtocolQuery = pg.Submittable & {
  handleCopyData(message: { chunk: Buffer }, connection: pg.Connection): void;
  handleCopyInResponse(connection: CopyConnection): void;
  handleCommandComplete(message: { text: string }): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
};

/** PostgreSQL sends one small message a row; they leave here in pieces of this size. */
const PIECE_BYTES = 64 * 1024;

export type CopyOut = {
  readable: Readable;
  /** How many rows came; known when the stream has ended. */
  rows(): number;
};

/**
 * Runs `COPY … TO STDOUT` and gives its bytes as a stream that waits for its reader. Destroying the stream before its end
 * ends the connection, since there is no other way to stop a copy that nobody reads.
 */
export function copyOut(client: pg.ClientBase, statement: string): CopyOut {
  let connection: pg.Connection | undefined;
  let rows = 0;
  let isOver = false;
  const readable = new Readable({
    highWaterMark: 4 * PIECE_BYTES,
    read: () => connection?.stream.resume(),
    destroy: (error, done) => {
      if (!isOver) connection?.stream.destroy();
      done(error);
    },
  });
  const pieces = collectPieces((piece) => {
    if (!readable.push(piece) && !isOver) connection?.stream.pause();
  });
  const query: ProtocolQuery = {
    submit(opened) {
      connection = opened;
      opened.query(statement);
    },
    handleCopyData: ({ chunk }) => pieces.add(chunk),
    handleCopyInResponse: (opened) => opened.sendCopyFail('this statement reads'),
    handleCommandComplete: ({ text }) => {
      rows = rowsOf(text);
    },
    handleReadyForQuery() {
      isOver = true;
      pieces.flush();
      readable.push(null);
      // The reader asks no more after the end, and the connection may have been told to wait just before it.
      connection?.stream.resume();
    },
    handleError(error) {
      isOver = true;
      connection?.stream.resume();
      readable.destroy(error);
    },
  };
  client.query(query);
  return { readable, rows: () => rows };
}

/** Copies small chunks into large pieces; the chunks lie in a buffer that the client writes over. */
function collectPieces(give: (piece: Buffer) => void): { add(chunk: Buffer): void; flush(): void } {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let used = 0;
  const flush = (): void => {
    if (used === 0) return;
    give(piece.subarray(0, used));
    piece = Buffer.allocUnsafe(PIECE_BYTES);
    used = 0;
  };
  return {
    flush,
    add(chunk) {
      if (chunk.length > PIECE_BYTES - used) flush();
      if (chunk.length > PIECE_BYTES) {
        give(Buffer.from(chunk));
        return;
      }
      chunk.copy(piece, used);
      used += chunk.length;
    },
  };
}

/**
 * Runs `COPY … FROM STDIN` with the bytes of the source, no faster than the server takes them.
 * @returns how many rows were written.
 * @throws what the source throws, or PostgreSQL's error for the row that it refused; the connection stays usable.
 */
export function copyIn(client: pg.ClientBase, statement: string, source: AsyncIterable<Buffer>): Promise<number> {
  return new Promise((resolve, reject) => {
    const refusal = new AbortController();
    let rows = 0;
    let sourceFailure: Error | undefined;
    const query: ProtocolQuery = {
      submit: (connection) => connection.query(statement),
      handleCopyInResponse(connection) {
        send(connection, source, refusal.signal).catch((error: unknown) => {
          // After a refusal PostgreSQL listens no more; otherwise it has to be told, and answers with an error.
          if (refusal.signal.aborted) return;
          sourceFailure = error instanceof Error ? error : new Error(String(error));
          connection.sendCopyFail('the source failed');
        });
      },
      handleCopyData: () => undefined,
      handleCommandComplete: ({ text }) => {
        rows = rowsOf(text);
      },
      handleReadyForQuery: () => resolve(rows),
      handleError(error) {
        refusal.abort();
        reject(sourceFailure ?? error);
      },
    };
    client.query(query);
  });
}

async function send(connection: CopyConnection, source: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    connection.sendCopyFromChunk(chunk);
    if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain', { signal });
  }
  connection.endCopyFrom();
}

/** The count in a command tag such as `COPY 1234`. */
function rowsOf(tag: string): number {
  return Number(/^COPY (\d+)$/.exec(tag)?.[1] ?? 0);
}
