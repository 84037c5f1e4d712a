import { html } from 'htm/preact';
import type { ErrorPage } from '#kernel/http.ts';
import { publicPage } from '#ui/public/public-page.ts';
import { publicStylesheet } from '#ui/public/stylesheet.ts';

const words = {
  vi: { place: 'Liên thông văn bản', work: 'Vào nơi làm việc', check: 'Kiểm tra chữ ký số', footer: 'Trang này do bản cài đặt Liên Thông tại địa phương cung cấp.', code: 'Mã yêu cầu để báo quản trị' },
  en: { place: 'Document exchange', work: 'Go to the workplace', check: 'Check digital signatures', footer: 'This page is provided by the local installation of Liên Thông.', code: 'Request code for the administrator' },
} as const;

/** Its content rarely changes: it stands at an address of its own, and its name changes with it. */
export const errorStylesheet = publicStylesheet({ at: '/loi', sheets: [] });

/** What a person sees who came to an address by a link, a code or by typing, and was refused: words and ways on, not the reply of an interface. */
export const errorPage: ErrorPage = ({ language, path, message, fix, requestId }) => {
  const w = words[language];
  return publicPage({
    language,
    title: message,
    place: w.place,
    footer: w.footer,
    path,
    stylesheetUrl: errorStylesheet.url,
    isUnlisted: true,
    children: html`<h1>${message}</h1>
      ${fix === undefined ? null : html`<p class="lead">${fix}</p>`}
      <p class="lead"><a href="/app/">${w.work}</a></p>
      <p class="lead"><a href=${language === 'en' ? '/kiem-tra?lang=en' : '/kiem-tra'}>${w.check}</a></p>
      <p class="hint lead">${w.code}: ${requestId}</p>`,
  });
};
