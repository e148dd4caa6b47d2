import type { JsonObject } from '../../airbyte/protocol.ts';
import type { ActivityMapping } from '../mapping/activity.ts';
import type { FieldRule } from '../config.ts';
import type { LeftOutReason, RejectReason, SkipReason } from '../reasons.ts';
import type { ConsentReading } from '../mapping/consent-reading.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import type { DisplayType } from '../ortto/field-types.ts';
import type { IdKind } from '../mapping/identities.ts';

/** One field of a write, in Ortto's form. `null` clears the field and occurs only under the rule overwrite. */
export interface WriteField {
  readonly id: string;
  readonly type: DisplayType;
  readonly value: unknown;
  readonly rule: FieldRule;
}

/** A Salesforce field whose value is not sent, while the rest of its record is; never contains the value. */
export interface LeftOut {
  readonly field: string;
  readonly reason: LeftOutReason;
}

/** A value of a permission's field that the field's list does not have. */
export interface UnlistedValue {
  /** The Salesforce field. */
  readonly from: string;
  readonly kind: ConsentReading['kind'];
  /** May be named to the user. Empty for an empty value. */
  readonly text: string;
  /** The permission that people who exist are to lose for it, by Ortto's field id; undefined if none. */
  readonly optOut: string | undefined;
}

/** One person or organization about to be delivered. */
export interface Write {
  readonly mapping: EntityMapping;
  /** The record's Salesforce id, 18 characters; empty only for an opt-out whose record has none. */
  readonly id: string;
  /** Everything to be sent, including match keys but not the record's own id. */
  readonly fields: readonly WriteField[];
  /** The match keys this record has a value for, in order; never empty. */
  readonly keys: readonly { readonly fieldId: string; readonly value: unknown }[];
  /** The own id and all keys as texts, each once: writes with one in common may concern the same person or organization. */
  readonly tokens: readonly string[];
  /** 18-character id of the account a person belongs to; null for none, undefined if the record lacks the field. */
  readonly accountId: string | null | undefined;
  /** Upper bound on the size of its row on the wire. */
  readonly bytes: number;
  /** The Salesforce fields whose text was cut to Ortto's length. */
  readonly cut: readonly string[];
  /** What permissions' fields contain besides the values of their lists. */
  readonly unlisted: readonly UnlistedValue[];
  readonly leftOut: readonly LeftOut[];
}

/** One activity of a person or an organization, which must exist. */
export interface Activity {
  readonly mapping: ActivityMapping;
  /** The record's Salesforce id, 18 characters. */
  readonly id: string;
  /** The Salesforce record it belongs to, and the field that identifies that record. */
  readonly about: { readonly kind: IdKind; readonly id: string; readonly field: string };
  /** Ortto's id of the activity: of people (`act:cm:`), or, about an account, of organizations (`act:oc:`). */
  readonly activityId: string;
  /** RFC 3339. Like `key`, the same whenever the same activity is sent again. */
  readonly occurredAt: string;
  /** The field whose day had not begun in UTC when the record came; undefined if the time was past. */
  readonly ahead: string | undefined;
  readonly key: string;
  /** Values in Ortto's form, by attribute id. */
  readonly attributes: JsonObject;
  readonly cut: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** What is wrong with a record; never contains a value. */
export interface Problem {
  readonly reason: RejectReason | LeftOutReason;
  /** The Salesforce field, where one is at fault. */
  readonly field: string | undefined;
}

/** A record that cannot be written. */
export interface Rejection {
  readonly kind: 'reject';
  /** Undefined when the record has none. */
  readonly id: string | undefined;
  readonly reason: RejectReason;
  readonly field: string | undefined;
  /** What else is wrong with it. */
  readonly others: readonly Problem[];
}

export type Mapped =
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'activity'; readonly activity: Activity }
  /** A converted lead: the person who carries the lead's id is to carry the contact's as well. */
  | { readonly kind: 'hand_over'; readonly mapping: EntityMapping; readonly id: string; readonly contactId: string }
  /** A deletion to act on; with `masterId`, the record was merged into that one. */
  | {
      readonly kind: 'tombstone';
      readonly mapping: EntityMapping;
      readonly id: string;
      readonly masterId: string | undefined;
    }
  | { readonly kind: 'skip'; readonly id: string; readonly reason: SkipReason }
  | Rejection
  /** A rejected record that opts out of something: that alone is sent, to whoever carries its id or address. */
  | { readonly kind: 'opt_out'; readonly write: Write; readonly rejection: Rejection };

/** The record's value at a path; null below a parent that is null, undefined if the record has no such field. */
export const valueAt = (data: JsonObject, path: readonly string[]): unknown => {
  let value: unknown = data;
  for (const name of path) {
    if (value === null || value === undefined) return value;
    if (typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
};

/** Whether the value at the path was lost on the way, by itself or with a parent of it. */
export const isNulled = (nulled: readonly string[], path: readonly string[]): boolean =>
  nulled.length > 0 && path.some((_, index) => nulled.includes(path.slice(0, index + 1).join('.')));

export const rejection = (
  id: string | undefined,
  { reason, field }: { readonly reason: RejectReason; readonly field: string | undefined },
  others: readonly Problem[] = [],
): Rejection => ({ kind: 'reject', id, reason, field, others });
