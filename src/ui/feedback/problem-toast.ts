import { ApiError } from '../api-context.tsx';
import type { ToastMessage } from './toast.tsx';

/** What went wrong as a notice: what happened, and what to do. Anything that is no ApiError is a defect and keeps its own words. */
export function problemToast(error: unknown): ToastMessage {
  if (error instanceof ApiError) return { tone: 'danger', text: error.message, ...(error.fix === undefined ? {} : { detail: error.fix }) };
  return { tone: 'danger', text: error instanceof Error ? error.message : String(error) };
}
