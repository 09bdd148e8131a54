/** `Block ID`, `Unblock ID`, `Blocked`: the same at a terminal and at a pipe. Must never be here: the list. */
import { ClientError, type ChatClient } from '../../transport/client';
/** @returns why nothing was done; what was done comes as an event */
export function carryOutBlocking(
  client: ChatClient,
  { kind, id }: { readonly kind: 'block' | 'unblock'; readonly id: string },
): ClientError | undefined {
  try {
    client[kind](id);
    return undefined;
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

export function blockedLine({ blocked }: ChatClient): string {
  return blocked.length === 0 ? 'Nobody is blocked' : `Blocked: ${blocked.join(', ')}`;
}
