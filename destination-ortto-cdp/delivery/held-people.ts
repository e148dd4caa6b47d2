import { ORTTO_ID } from './id-memory.ts';

/** People who wait to lose permissions, in compact form: a hundred thousand of them take less than two megabytes. */
export interface HeldPeople {
  /** `permissions` are bits. */
  readonly add: (personId: string, permissions: number) => void;
  readonly size: number;
  /** In groups of at most `size` people. Who was added several times is there once, with all the permissions. */
  readonly groups: (size: number) => readonly (readonly (readonly [string, number])[])[];
}

const WIDTH = ORTTO_ID.bytes + 1;
const FIRST_CAPACITY = 256;

export const createHeldPeople = (): HeldPeople => {
  let entries = Buffer.alloc(0);
  let count = 0;
  /** Those whose ids have another form than any that has been seen. */
  const others: (readonly [string, number])[] = [];

  function* all(): Generator<readonly [string, number]> {
    for (let at = 0; at < count * WIDTH; at += WIDTH) {
      yield [ORTTO_ID.read(entries, at), entries.readUInt8(at + ORTTO_ID.bytes)];
    }
    yield* others;
  }

  return {
    add(personId, permissions) {
      if (!ORTTO_ID.fits(personId)) {
        others.push([personId, permissions]);
        return;
      }
      const at = count * WIDTH;
      if (at === entries.length) {
        entries = Buffer.concat([entries], Math.max(entries.length * 2, FIRST_CAPACITY * WIDTH));
      }
      ORTTO_ID.write(personId, entries, at);
      entries.writeUInt8(permissions, at + ORTTO_ID.bytes);
      count += 1;
    },
    get size() {
      return count + others.length;
    },
    groups(size) {
      const people = new Map<string, number>();
      for (const [personId, permissions] of all()) people.set(personId, (people.get(personId) ?? 0) | permissions);
      const distinct = [...people];
      return Array.from({ length: Math.ceil(distinct.length / size) }, (_, group) =>
        distinct.slice(group * size, (group + 1) * size),
      );
    },
  };
};
