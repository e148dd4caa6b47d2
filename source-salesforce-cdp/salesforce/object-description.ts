// The part of Salesforce's describe result that this connector reads. Responses have many more keys.

/** Describe lists only the fields that the logged-in user can see. */
export interface FieldDescription {
  readonly name: string;
  readonly label: string;
  /** Salesforce's name of the type; that of a formula field is the type of its result. */
  readonly type: string;
  readonly custom: boolean;
  /** A formula or roll-up summary: a change to its value does not move the row's cursor. */
  readonly calculated: boolean;
  readonly filterable: boolean;
  /** For a part of a compound field, the name of the compound (BillingStreet: BillingAddress); otherwise null. */
  readonly compoundFieldName: string | null;
  /** For a reference, the name of its parent in a path (AccountId: Account); otherwise null. */
  readonly relationshipName: string | null;
  /** The objects that a reference can point to; empty for other types. */
  readonly referenceTo: readonly string[];
  readonly nillable: boolean;
}

interface ChildRelationship {
  readonly childSObject: string;
  /** The reference field of the child. */
  readonly field: string;
  readonly relationshipName: string | null;
}

export interface ObjectDescription {
  readonly name: string;
  readonly label: string;
  readonly custom: boolean;
  readonly queryable: boolean;
  /** Whether `/deleted` is available for the object. */
  readonly replicateable: boolean;
  readonly keyPrefix: string | null;
  readonly fields: readonly FieldDescription[];
  readonly childRelationships: readonly ChildRelationship[];
}
