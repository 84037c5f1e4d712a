import { createTransport } from 'nodemailer';
import type { Config } from '#kernel/config.ts';

/** A letter in plain text. */
export type Mail = { to: string; subject: string; text: string };

/** Somebody waits for the answer on the screen. */
const PATIENCE_MS = 10_000;

/** Whether this installation can send letters with links: a mail server, a sender, and an address of its own to link to. */
export function canMailLinks(config: Config): boolean {
  return config.smtpUrl !== undefined && config.mailFrom !== undefined && config.publicUrl !== undefined;
}

/** Hands a letter to the installation's mail server and returns when that has taken it. @throws whatever the server or the network said */
export async function sendMail(config: Config, mail: Mail): Promise<void> {
  const { smtpUrl, mailFrom } = config;
  if (smtpUrl === undefined || mailFrom === undefined) throw new Error('no mail server is configured (SMTP_URL, MAIL_FROM)');
  const transport = createTransport({ url: smtpUrl, connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS });
  try {
    await transport.sendMail({ from: mailFrom, ...mail, disableFileAccess: true, disableUrlAccess: true });
  } finally {
    transport.close();
  }
}
