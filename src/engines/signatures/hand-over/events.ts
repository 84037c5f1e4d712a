import { z } from 'zod';
import type { EventCatalogue } from '#kernel/events.ts';

export const handOverEvents: EventCatalogue = {
  'hand-over-opened': {
    data: z.object({ signingId: z.string(), handOverId: z.string(), kind: z.string() }),
    vi: 'Giao tệp cho phần mềm ký số trên máy người ký',
    en: 'Handed the file to the signing program on the signer’s computer',
  },
  'hand-over-fetched': {
    data: z.object({ signingId: z.string(), handOverId: z.string(), times: z.number() }),
    vi: 'Phần mềm ký số đã tải tệp về, lần {times}',
    en: 'The signing program fetched the file, time {times}',
  },
  'hand-over-received': {
    data: z.object({ signingId: z.string(), handOverId: z.string(), sha256: z.string(), sizeBytes: z.number() }),
    vi: 'Nhận tệp từ phần mềm ký số, đang kiểm tra',
    en: 'Received a file from the signing program; it is being checked',
  },
  'hand-over-refused': {
    data: z.object({ signingId: z.string(), handOverId: z.string(), sha256: z.string(), code: z.string() }),
    vi: 'Không chấp nhận tệp mà phần mềm ký số gửi về',
    en: 'Refused the file that the signing program sent back',
  },
  'hand-over-closed': {
    data: z.object({ signingId: z.string(), handOverId: z.string() }),
    vi: 'Đóng các địa chỉ giao tệp cho phần mềm ký số',
    en: 'Closed the addresses for the signing program',
  },
  'agent-answered': {
    data: z.object({ signingId: z.string() }),
    vi: 'Phần mềm ký số trên máy người ký đã trả chữ ký',
    en: 'The signing program on the signer’s computer answered with a signature',
  },
};
