import type { WriteInput } from '../../airbyte/connector.ts';
import type { Dispatch } from './dispatch.ts';
import type { Sort } from './sort.ts';

/** Reading pauses while this many writes are waiting: about twenty full batches. */
const MAX_WAITING = 2_000;

/**
 * Hands the input to the dispatch record by record, and pauses while too much is waiting. Returns false if the dispatch stopped
 * before the input ended. Throws TornInputError.
 */
export const intake = async (input: WriteInput['input'], sort: Sort, dispatch: Dispatch): Promise<boolean> => {
  for await (const lot of input) {
    for (const item of lot) {
      if (item.kind === 'state') dispatch.state(item);
      else dispatch.record(item, sort(item));
      while (dispatch.waiting >= MAX_WAITING && !dispatch.batches.stopped) {
        dispatch.batches.pump(true);
        await dispatch.room.next();
      }
      if (dispatch.batches.stopped) return false;
    }
  }
  return true;
};
