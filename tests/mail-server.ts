import { createServer, type Socket } from 'node:net';

export type TakenLetter = { from: string; to: string[]; text: string };
export type MailServer = { url: string; letters: TakenLetter[]; /** Answers `451` to so many senders before it works. */ refuse(times: number): void; close(): Promise<void> };

/** A mail server on a real socket that speaks as much of SMTP (RFC 5321) as handing over a letter takes, and keeps what it was given. */
export async function openMailServer(): Promise<MailServer> {
  const letters: TakenLetter[] = [];
  const sockets = new Set<Socket>();
  let refusals = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    let letter: TakenLetter = { from: '', to: [], text: '' };
    let isData = false;
    let buffered = '';
    const say = (line: string): void => {
      socket.write(`${line}\r\n`);
    };
    const hear = (line: string): void => {
      if (isData) {
        if (line !== '.') {
          letter.text += `${line}\n`;
          return;
        }
        isData = false;
        letters.push(letter);
        letter = { from: '', to: [], text: '' };
        say('250 taken');
        return;
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'MAIL' && refusals > 0) {
        refusals -= 1;
        say('451 try again later');
      } else if (verb === 'MAIL') {
        letter.from = line.slice(10);
        say('250 ok');
      } else if (verb === 'RCPT') {
        letter.to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
        say('250 ok');
      } else if (verb === 'DATA') {
        isData = true;
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 ok');
    };
    socket.on('data', (bytes) => {
      buffered += bytes.toString('latin1');
      const lines = buffered.split('\r\n');
      buffered = lines.pop() ?? '';
      for (const line of lines) hear(line);
    });
    socket.on('error', () => undefined);
    say('220 test');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  return {
    url: `smtp://127.0.0.1:${String(address.port)}`,
    letters,
    refuse(times) {
      refusals = times;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
