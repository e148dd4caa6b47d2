import type { Field } from './fields.ts';

/** A custom activity: what may be told of it. */
export interface Definition {
  /** `act:cm:<slug>` on people, `act:oc:<slug>` on accounts. */
  readonly id: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly createdAt: number;
  live: boolean;
  archived: boolean;
}

export interface Attribute {
  readonly field: Field;
  /** The person field it also writes, if any. */
  readonly writes: string | undefined;
}
