import { service, type Kernel } from '#kernel/kernel.ts';
import { usesBuiltInAuthority } from './queries/credentials.ts';

const LOOK_AGAIN_MS = 60_000;

const usage = service<{ isUsed: boolean; lookedAt: number }>(Symbol('use of the built-in authority'), () => ({
  // Until the first look is done the sentence is shown: an installation starts with the built-in authority.
  isUsed: true,
  lookedAt: Number.NEGATIVE_INFINITY,
}));

const texts = {
  vi: 'Chứng thư số trên hệ thống này do cơ quan chứng thực nội bộ cấp, không phải tổ chức chứng thực công cộng hay Ban Cơ yếu Chính phủ: chỉ dùng để thử nghiệm và trong nội bộ.',
  en: 'Certificates on this system come from its built-in authority, which is neither a public certification authority nor the Government Cipher Committee: for trials and internal use only.',
};

/** The sentence above every screen while an active credential comes from the built-in authority; looked up once a minute. */
export function builtInNotice(kernel: Kernel, language: 'vi' | 'en'): string | null {
  const known = usage(kernel);
  const now = kernel.clock.now().getTime();
  if (now - known.lookedAt >= LOOK_AGAIN_MS) {
    known.lookedAt = now;
    usesBuiltInAuthority(kernel.database.pool).then(
      (isUsed) => {
        known.isUsed = isUsed;
      },
      (error: unknown) => {
        // What was known stays; the next look comes within a minute.
        kernel.log.debug({ err: error }, 'could not look up whether the built-in authority is in use');
      },
    );
  }
  return known.isUsed ? texts[language] : null;
}
