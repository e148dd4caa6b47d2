// Half a million ids with their values take 100 MB as strings in a Map, and 20 MB as bytes in a table.

/** How ids, or the values kept for them, become bytes. */
export interface Codec<Value> {
  /** A multiple of four, so that keys are compared word by word. */
  readonly bytes: number;
  readonly fits: (item: Value) => boolean;
  readonly write: (item: Value, to: Buffer, at: number) => void;
  readonly read: (from: Buffer, at: number) => Value;
}

/** 18 letters and digits. */
export const SALESFORCE_ID: Codec<string> = {
  bytes: 20,
  fits: (id) => /^[0-9A-Za-z]{18}$/.test(id),
  write: (id, to, at) => void to.write(id, at, 'latin1'),
  read: (from, at) => from.toString('latin1', at, at + 18),
};

/** Lower-case hexadecimal digits. */
const hexCodec = (bytes: number): Codec<string> => {
  const pattern = new RegExp(`^[0-9a-f]{${bytes * 2}}$`);
  return {
    bytes,
    fits: (id) => pattern.test(id),
    write: (id, to, at) => void to.write(id, at, 'hex'),
    read: (from, at) => from.toString('hex', at, at + bytes),
  };
};

export const ORTTO_ID = hexCodec(12);

/** An Ortto id and eight more digits. */
export const ORTTO_ID_AND_MORE = hexCodec(16);

export const COUNT: Codec<number> = {
  bytes: 4,
  fits: () => true,
  write: (count, to, at) => void to.writeUInt32LE(count, at),
  read: (from, at) => from.readUInt32LE(at),
};

const WORD = 4;

/** A hash table with open addressing. It is thrown away as a whole, so entries are never removed. */
const createTable = <Value>(key: Codec<string>, value: Codec<Value>, capacity: number) => {
  const width = key.bytes + value.bytes;
  const entries = Buffer.alloc(capacity * width);
  const words = new Int32Array(entries.buffer, entries.byteOffset, entries.length / WORD);
  const known = new Uint8Array(capacity);
  /** The entry in each slot, counted from 1; a power of two, at most half full. */
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
  const sought = Buffer.alloc(key.bytes);
  const soughtWords = new Int32Array(sought.buffer, sought.byteOffset, key.bytes / WORD);
  let count = 0;

  const isSought = (entry: number): boolean => {
    const start = (entry * width) / WORD;
    for (let index = 0; index < soughtWords.length; index += 1) {
      if (words[start + index] !== soughtWords[index]) return false;
    }
    return true;
  };

  /** The slot that holds the id, or the free one it belongs in. */
  const slotOf = (id: string): number => {
    key.write(id, sought, 0);
    let hash = 0;
    for (const word of soughtWords) hash = Math.imul(hash ^ word ^ (word >>> 15), 0x9e3779b1);
    let slot = hash >>> 3;
    for (slot %= slots.length; ; slot = (slot + 1) % slots.length) {
      const entry = slots[slot] ?? 0;
      if (entry === 0 || isSought(entry - 1)) return slot;
    }
  };

  return {
    get(id: string): Value | undefined {
      const entry = (slots[slotOf(id)] ?? 0) - 1;
      return entry >= 0 && known[entry] === 1 ? value.read(entries, entry * width + key.bytes) : undefined;
    },
    set(id: string, item: Value): void {
      const slot = slotOf(id);
      const entry = (slots[slot] || (slots[slot] = ++count)) - 1;
      sought.copy(entries, entry * width);
      value.write(item, entries, entry * width + key.bytes);
      known[entry] = 1;
    },
    forget(id: string): void {
      const entry = (slots[slotOf(id)] ?? 0) - 1;
      if (entry >= 0) known[entry] = 0;
    },
    isFull: (): boolean => count === capacity,
  };
};

/** A map that forgets the entries set longest ago once it is full. */
export interface Memory<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  forget(key: string): void;
}

const createTextMemory = <Value>(limit: number): Memory<Value> => {
  const values = new Map<string, Value>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size <= limit) return;
      const [oldest] = values.keys();
      if (oldest !== undefined) values.delete(oldest);
    },
    forget(key) {
      values.delete(key);
    },
  };
};

/**
 * Remembers a value per id. Once it holds `limit` ids, the older half is forgotten at once. Ids that the codec does not fit
 * are kept too, as text.
 */
export const createIdMemory = <Value>(key: Codec<string>, value: Codec<Value>, limit: number): Memory<Value> => {
  const half = Math.ceil(limit / 2);
  const fresh = () => createTable(key, value, half);
  let young: ReturnType<typeof fresh> | undefined;
  let old: ReturnType<typeof fresh> | undefined;
  const others = createTextMemory<Value>(limit);

  const forget = (id: string): void => {
    others.forget(id);
    if (!key.fits(id)) return;
    young?.forget(id);
    old?.forget(id);
  };

  return {
    get: (id) => (key.fits(id) ? (young?.get(id) ?? old?.get(id)) : undefined) ?? others.get(id),
    set(id, item) {
      if (limit === 0) return;
      forget(id);
      if (!key.fits(id) || !value.fits(item)) {
        others.set(id, item);
        return;
      }
      if (young?.isFull()) [old, young] = [young, undefined];
      young ??= fresh();
      young.set(id, item);
    },
    forget,
  };
};
