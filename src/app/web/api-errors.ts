import { ApiError, type ApiFieldProblem } from '#ui/api-error.ts';
import { getPreferences } from '#ui/preferences.ts';

/** Turns a refusal into an ApiError, also when something between us and the server wrote it. */
export function errorFrom(status: number, body: unknown): ApiError {
  const said = isRecord(body) ? body : {};
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : undefined);
  const vietnamese = getPreferences().language === 'vi';
  return new ApiError({
    status,
    code: text('code') ?? `http.${String(status)}`,
    message: text('message') ?? (vietnamese ? `Máy chủ trả lời với mã ${String(status)}.` : `The server answered with status ${String(status)}.`),
    fix: text('fix') ?? (text('code') === undefined ? (vietnamese ? 'Thử lại sau ít phút.' : 'Try again in a few minutes.') : undefined),
    fields: Array.isArray(said['fields']) ? said['fields'].filter(isFieldProblem) : [],
    requestId: text('requestId'),
    data: said['data'],
  });
}

/** The network or the server is gone; nothing is known about what was sent. */
export function unreachable(): ApiError {
  const vietnamese = getPreferences().language === 'vi';
  return new ApiError({
    status: 0,
    code: 'network.unreachable',
    message: vietnamese ? 'Không kết nối được tới máy chủ.' : 'The server cannot be reached.',
    fix: vietnamese ? 'Kiểm tra mạng rồi thử lại. Nội dung đang nhập vẫn còn trên màn hình.' : 'Check the network and try again. What you typed is still on the screen.',
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isFieldProblem(value: unknown): value is ApiFieldProblem {
  return isRecord(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string';
}
