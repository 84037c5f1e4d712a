import { createTransport } from 'nodemailer';
import type { Config } from '#kernel/config.ts';

/** A letter in plain text. */
export type Letter = {
  to: string;
  subject: string;
  text: string;
  /** The same for every try, so that a mail server or a reader can tell a repetition. */
  id: string;
};

const PATIENCE_MS = 20_000;

/** Whether this installation can send e-mail at all. */
export function canSendMail(config: Config): boolean {
  return config.smtpUrl !== undefined && config.mailFrom !== undefined;
}

/**
 * Hands a letter to the installation's mail server and returns when that has taken it.
 * @throws whatever the server or the network said; a letter that is handed over again carries the same id.
 */
export async function sendMail(config: Config, letter: Letter): Promise<void> {
  const { smtpUrl, mailFrom } = config;
  if (smtpUrl === undefined || mailFrom === undefined) throw new Error('no mail server is configured (SMTP_URL, MAIL_FROM)');
  const transport = createTransport({ url: smtpUrl, connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS });
  try {
    await transport.sendMail({ from: mailFrom, to: letter.to, subject: letter.subject, text: letter.text, messageId: `<${letter.id}@lienthong>`, disableFileAccess: true, disableUrlAccess: true });
  } finally {
    transport.close();
  }
}
