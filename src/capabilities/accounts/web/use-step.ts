import type { UseMutationResult } from '@tanstack/react-query';
import { useApi } from '#ui/api-context.tsx';
import { useMutation } from '#ui/mutation.ts';
import type { SignInReply } from '../contract.ts';

/** Sends one step of a sign-in and hands over what the server says next. */
export function useStep<Body>(path: string, onReply: (reply: SignInReply) => void): UseMutationResult<SignInReply, Error, Body> {
  const api = useApi();
  return useMutation({ mutationFn: (body: Body) => api.post<SignInReply>(path, body), onSuccess: onReply });
}
