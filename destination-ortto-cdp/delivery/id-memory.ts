import { createMemory } from './memory.ts';
import type { Memory } from './memory.ts';

// Half a million ids and what they stand for take 100 MB as strings in a Map, and 20 as bytes in a table.

/** How ids of one kind, or what is kept about them, become bytes. */
export interface Form<What> {
  /** Whole words, so that keys are compared word by word. */
  readonly bytes: number;
  readonly fits: (what: What) => boolean;
  readonly write: (what: What, to: Buffer, at: number) => void;
  readonly read: (from: Buffer, at: number) => What;
}

/** 18 letters and digits. */
export const SALESFORCE_ID: Form<string> = {
  bytes: 20,
  fits: (id) => /^[0-9A-Za-z]{18}$/.test(id),
  write: (id, to, at) => void to.write(id, at, 'latin1'),
  read: (from, at) => from.toString('latin1', at, at + 18),
};

/** Lower-case hexadecimal digits. */
const hexadecimal = (bytes: number): Form<string> => {
  const form = new RegExp(`^[0-9a-f]{${bytes * 2}}$`);
  return {
    bytes,
    fits: (id) => form.test(id),
    write: (id, to, at) => void to.write(id, at, 'hex'),
    read: (from, at) => from.toString('hex', at, at + bytes),
  };
};

export const ORTTO_ID = hexadecimal(12);

/** An Ortto id and eight digits more. */
export const ORTTO_ID_AND_MORE = hexadecimal(16);

export const COUNT: Form<number> = {
  bytes: 4,
  fits: () => true,
  write: (count, to, at) => void to.writeUInt32LE(count, at),
  read: (from, at) => from.readUInt32LE(at),
};

const WORD = 4;

/** A hash table with open addressing that is thrown away as a whole, so that nothing is ever taken out of it. */
const createTable = <What>(key: Form<string>, value: Form<What>, capacity: number) => {
  const width = key.bytes + value.bytes;
  const entries = Buffer.alloc(capacity * width);
  const words = new Int32Array(entries.buffer, entries.byteOffset, entries.length / WORD);
  const known = new Uint8Array(capacity);
  /** Which entry is where, counted from 1; a power of two, at most half full. */
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
  const sought = Buffer.alloc(key.bytes);
  const soughtWords = new Int32Array(sought.buffer, sought.byteOffset, key.bytes / WORD);
  let count = 0;

  const isSought = (entry: number): boolean => {
    const start = (entry * width) / WORD;
    return soughtWords.every((word, index) => words[start + index] === word);
  };

  /** The slot that holds the id, or the free one where it belongs. */
  const slotOf = (id: string): number => {
    key.write(id, sought, 0);
    let slot = soughtWords.reduce((hash, word) => Math.imul(hash ^ word ^ (word >>> 15), 0x9e3779b1), 0) >>> 3;
    for (slot %= slots.length; ; slot = (slot + 1) % slots.length) {
      const entry = slots[slot] ?? 0;
      if (entry === 0 || isSought(entry - 1)) return slot;
    }
  };

  return {
    get(id: string): What | undefined {
      const entry = (slots[slotOf(id)] ?? 0) - 1;
      return entry >= 0 && known[entry] === 1 ? value.read(entries, entry * width + key.bytes) : undefined;
    },
    set(id: string, what: What): void {
      const slot = slotOf(id);
      const entry = (slots[slot] || (slots[slot] = ++count)) - 1;
      sought.copy(entries, entry * width);
      value.write(what, entries, entry * width + key.bytes);
      known[entry] = 1;
    },
    forget(id: string): void {
      const entry = (slots[slotOf(id)] ?? 0) - 1;
      if (entry >= 0) known[entry] = 0;
    },
    isFull: (): boolean => count === capacity,
  };
};

/**
 * A memory of what ids stand for. Once `limit` are in it the older half is forgotten at once. Ids of another form than expected
 * are kept too, as text.
 */
export const createIdMemory = <What>(key: Form<string>, value: Form<What>, limit: number): Memory<What> => {
  const half = Math.ceil(limit / 2);
  const fresh = () => createTable(key, value, half);
  let young: ReturnType<typeof fresh> | undefined;
  let old: ReturnType<typeof fresh> | undefined;
  const others = createMemory<What>(limit);

  const forget = (id: string): void => {
    others.forget(id);
    if (!key.fits(id)) return;
    young?.forget(id);
    old?.forget(id);
  };

  return {
    get: (id) => (key.fits(id) ? (young?.get(id) ?? old?.get(id)) : undefined) ?? others.get(id),
    set(id, what) {
      if (limit === 0) return;
      forget(id);
      if (!key.fits(id) || !value.fits(what)) {
        others.set(id, what);
        return;
      }
      if (young?.isFull()) [old, young] = [young, undefined];
      young ??= fresh();
      young.set(id, what);
    },
    forget,
  };
};
