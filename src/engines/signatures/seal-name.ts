/** The common name in the certificate of an installation's own seal: what people read. Verifiers recognise the seal by the purpose in its certificate (`isInstallationSeal`). */
export const SEAL_NAME = 'Báo cáo kiểm tra chữ ký số của Liên Thông';
